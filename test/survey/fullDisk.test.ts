import { writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { surveyStatus } from "../../lib/survey/merge";
import type { SurveyOptions } from "../../lib/survey/plan";
import { runSurvey } from "../../lib/survey/survey";
import { fixture } from "../fixtures";
import { ownDisk } from "../ownDisk";

const disk = ownDisk(400, "a survey on a full disk");

describe.skipIf(!disk)("on a disk that is full", () => {
  test("a survey ends with one sentence, blames no picture, and goes on when there is room", async () => {
    const [out, filler] = [join(disk!.path, "survey"), join(disk!.path, "filler")];
    const options: SurveyOptions = {
      ...{ weights: fixture("setr-pup-official.safetensors"), numHeads: 4, out },
      ...{ images: "scenes:20..24", measures: ["distance"] },
    };
    const fill = () => {
      try {
        writeFileSync(filler, Buffer.alloc(500_000)); // as much as fits
      } catch {
        // full
      }
    };
    const full = runSurvey(options, { jobs: 2, onNote: (text) => text.startsWith("engine:") && fill() });
    await expect(full).rejects.toMatchObject({
      name: "SurveyError",
      code: "not-written",
      message: expect.stringMatching(/\.journal: cannot be written \(ENOSPC: no space left on device, \w+\)$/),
    });
    await rm(filler);
    expect(await surveyStatus(out)).toEqual({ total: 5, done: 0, failed: 0, missing: 5 });
    expect(await runSurvey(options)).toMatchObject({ complete: true, done: 5, failed: 0 });
  });
});
