import { describe, expect, test } from "vitest";
import { checkMemory } from "../lib/doctor/memory";
import type { Finding } from "../lib/doctor/surroundings";
import { linuxMachine } from "./doctorMachine";

const V2 = { "/sys/fs/cgroup/memory.max": "7000000000\n", "/sys/fs/cgroup/memory.current": "6000000000\n" };
const V1 = { "/sys/fs/cgroup/memory/memory.limit_in_bytes": "1500000000\n" };

describe("memory", () => {
  test.each<[string, Record<string, string>, Finding["status"], string]>([
    ["no files: what Node says", {}, "ok", "16.0 GB, 5.0 GB of it free"],
    ["MemAvailable", { "/proc/meminfo": "MemAvailable:  11000000 kB\n" }, "ok", "11.3 GB of it free"],
    ["no limit", { "/sys/fs/cgroup/memory.max": "max\n" }, "ok", "16.0 GB, 5.0 GB of it free"],
    ["a container's limit", V2, "warning", "7.0 GB (this process's limit), 1.0 GB of it free"],
    ["its caches", { ...V2, "/sys/fs/cgroup/memory.stat": "anon 1\ninactive_file 3100000000\n" }, "ok", "4.1 GB of it"],
    ["an older limit", V1, "warning", "1.5 GB (this process's limit), 1.5 GB of it free"],
  ])("%s", async (_, files, status, text) => {
    expect(await checkMemory(linuxMachine(files))).toMatchObject({ status, found: expect.stringContaining(text) });
  });

  test("advice says what helps", async () => {
    expect((await checkMemory(linuxMachine(V1))).fix).toMatch(/^convert --dtype f16/);
    expect((await checkMemory(linuxMachine(V2))).fix).toMatch(/^end other programs/);
  });
});
