import { version } from "../version";

/**
 * What the kernel says of itself: the body of Jupyter's `kernel_info_reply`.
 *
 * @param typescript version of TypeScript
 */
export function kernelInfo(typescript: string): Readonly<Record<string, unknown>> {
  return {
    status: "ok",
    protocol_version: "5.3",
    implementation: "setr",
    implementation_version: version,
    language_info: {
      name: "typescript",
      version: typescript,
      mimetype: "text/typescript",
      file_extension: ".ts",
      // `mode` is what JupyterLab reads, the rest what older notebooks do.
      codemirror_mode: { mode: "typescript", name: "javascript", typescript: true },
    },
    banner: `SETR workbench ${version}, TypeScript ${typescript}, Node ${process.versions.node}`,
    help_links: [],
  };
}
