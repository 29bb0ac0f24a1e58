import type { Check } from "./surroundings";

/** Oldest Node that runs this: major and minor version, as package.json says. */
const OLDEST = [20, 9] as const;

/** Whether Node is new enough. */
export const checkNode: Check = async ({ versions, platform, arch }) => {
  const [major = 0, minor = 0] = versions.node.split(".").map(Number);
  const enough = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
  const found = `${versions.node}, N-API ${versions.napi ?? "unknown"}, ${platform} ${arch}`;
  if (enough) return { status: "ok", subject: "Node", found };
  return { status: "missing", subject: "Node", found, fix: `install Node ${OLDEST.join(".")} or newer` };
};
