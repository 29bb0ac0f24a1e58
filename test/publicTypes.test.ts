import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, test } from "vitest";

const fromTslab = createRequire(require.resolve("tslab/package.json"));
const ts = fromTslab("@tslab/typescript-for-tslab") as typeof import("typescript");

test("the public types parse without an error under the TypeScript that notebooks use", () => {
  expect(ts.version).toMatch(/^5\.0\./);
  const notebooks = join(__dirname, "..", "notebooks");
  const file = join(notebooks, "probe.ts");
  const source =
    'import * as setr from "setr";\nexport const width: number = (null as unknown as setr.Setr).config.embedDim;\n';
  const options = {
    module: ts.ModuleKind.CommonJS,
    moduleResolution: ts.ModuleResolutionKind.Node10,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    noEmit: true,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.getSourceFile = (name, ...rest) =>
    name === file ? ts.createSourceFile(name, source, ts.ScriptTarget.ES2022) : getSourceFile(name, ...rest);
  host.fileExists = (name) => name === file || fileExists(name);
  const program = ts.createProgram([file], options, host);
  const ours = ts
    .getPreEmitDiagnostics(program)
    .filter((d) => d.file === undefined || /probe\.ts$|[\\/]lib[\\/]dist/.test(d.file.fileName));
  expect(ours.map((d) => `${d.file?.fileName}: ${ts.flattenDiagnosticMessageText(d.messageText, " ")}`)).toEqual([]);
});

test("the public types draw in no types of other packages, however deep", () => {
  const dist = join(__dirname, "..", "lib", "dist");
  const pending = [join(dist, "index.d.ts")];
  const seen = new Set<string>();
  const foreign = new Set<string>();
  for (let path = pending.pop(); path; path = pending.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    for (const [, name] of readFileSync(path, "utf8").matchAll(/^(?:import|export)\b[^;]*?from "([^"]+)"/gm)) {
      if (name!.startsWith(".")) pending.push(`${join(path, "..", name!)}.d.ts`);
      else foreign.add(`${name} in ${path.slice(dist.length + 1)}`);
    }
  }
  expect(seen.size).toBeGreaterThan(20);
  expect([...foreign]).toEqual([]);
});
