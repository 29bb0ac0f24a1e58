import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { saveFigure } from "../../lib/figure/save";
import { ownDisk } from "../ownDisk";
import { attentionSample } from "./html/explorers";

const disk = ownDisk(400, "saving figures on a full disk");

describe.skipIf(!disk)("on a disk that is full", () => {
  test.each(["png", "pdf", "html"])(
    "a figure is not saved as %s, one sentence says why, and the file that was there stays",
    async (format) => {
      const path = join(disk!.path, `figure.${format}`);
      await writeFile(path, "what was there");
      await writeFile(join(disk!.path, "filler"), Buffer.alloc(400_000)).catch(() => {}); // as much as fits
      await expect(saveFigure(attentionSample(), path)).rejects.toMatchObject({
        name: "SetrError",
        code: "not-written",
        message: `${path}: cannot be written (ENOSPC: no space left on device, write)`,
      });
      expect(await readFile(path, "utf8")).toBe("what was there");
      expect((await readdir(disk!.path)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
      await rm(join(disk!.path, "filler"));
    },
  );
});
