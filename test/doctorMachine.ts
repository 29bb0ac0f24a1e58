import { type Surroundings, thisMachine } from "../lib/doctor/surroundings";

/** A Linux machine without anything but the given files and folders. */
export function linuxMachine(files: Record<string, string> = {}, folders: Record<string, string[]> = {}): Surroundings {
  return {
    ...thisMachine(),
    platform: "linux",
    env: {},
    memory: { total: 16e9, free: 5e9 },
    readText: (path) => files[path],
    list: (path) => folders[path] ?? [],
    probe: async (what, names = []) => ({
      state: "fails",
      found: what === "engine" ? "webgpu: none" : names.join(", "),
    }),
  };
}
