import { describe, expect, test } from "vitest";
import { stepCount } from "../../lib/model/steps";
import { openSetr } from "../../lib/setr";
import { enginesHere } from "../engines";
import { fixture } from "../fixtures";

const PUP = fixture("setr-pup-official.safetensors");

describe.each(await enginesHere())("engine %s", (engine) => {
  // On a GPU the model is one graph, which cannot be stopped on its way.
  const inSteps = engine !== "webgpu";

  async function opened() {
    const model = await openSetr(PUP, { numHeads: 4, engine, cache: false });
    const { imageHeight, imageWidth } = model.config;
    const data = Float32Array.from({ length: 3 * imageHeight * imageWidth }, (_, i) => Math.sin(i));
    return { model, input: { shape: [1, 3, imageHeight, imageWidth], data } };
  }

  test.runIf(inSteps)("a run tells each step that is done, as far as the wanted values need them", async () => {
    const { model, input } = await opened();
    for (const capture of [["Z2"], ["A2.mean"], ["logits"]]) {
      const heard: string[] = [];
      const total = stepCount(model.config, capture);
      await model.run(input, { capture, onProgress: (done, all) => heard.push(`${done}/${all}`) });
      expect(heard).toEqual(Array.from({ length: total }, (_, i) => `${i + 1}/${total}`));
    }
    expect(stepCount(model.config, ["Z2"])).toBe(3); // embeddings and two layers
    expect(stepCount(model.config, ["logits"])).toBe(model.config.depth + 4); // embeddings, layers, three stages of the decoder
    await model.close();
  });

  test.runIf(inSteps)("an abort stops the run after the step in hand, and the next run is whole", async () => {
    const { model, input } = await opened();
    const whole = (await model.run(input, { capture: ["logits"] })).get("logits");
    const controller = new AbortController();
    let last = 0;
    const onProgress = (done: number) => {
      last = done;
      if (done === 3) controller.abort(new Error("enough"));
    };
    const stopped = model.run(input, { capture: ["logits"], signal: controller.signal, onProgress });
    await expect(stopped).rejects.toThrow("enough");
    expect(last).toBe(3);
    expect((await model.run(input, { capture: ["logits"] })).get("logits").data).toEqual(whole.data);
    await model.close();
  });
});
