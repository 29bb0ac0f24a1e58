import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../fixtures";
import { startClient } from "./client";

const folder = await temporaryFolder();

test("a kernel that is told to end still does what a cell left unfinished, though what it prints has nowhere to go", async () => {
  const kernel = await startClient(folder);
  const code = `import { writeFileSync } from "fs";
let left = 17;
const timer = setInterval(() => {
  console.log(left);
  if (--left > 0) return;
  clearInterval(timer);
  writeFileSync("done", "");
}, 20);`;
  expect(await kernel.run(code)).toMatchObject({ status: "ok" });
  await kernel.close();
  expect(await kernel.process.ended).toEqual({ code: 0, signal: null });
  expect(existsSync(join(folder, "done"))).toBe(true);
});
