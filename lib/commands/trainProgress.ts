import { Presets, SingleBar } from "cli-progress";
import type { Evaluation } from "../train/history";
import type { Training, TrainingStep } from "../train/training";

/** Shows how a training goes. */
export interface TrainingProgress {
  onStep(step: TrainingStep): void;
  onEvaluation(evaluation: Evaluation): void;
  end(): void;
}

/** Steps between two lines where there is no terminal. */
const STEPS_PER_LINE = 50;
/** Weight of the newest step in the mean speed. */
const NEWEST = 0.05;

/**
 * A bar on a terminal, a line every 50 steps elsewhere: step, losses, images per second, time left.
 *
 * @param stream where to print, usually `process.stderr`
 */
export function trainingProgress(stream: NodeJS.WriteStream, { config, step }: Training): TrainingProgress {
  const bar = stream.isTTY ? new SingleBar({ format: BAR, stream, barsize: 24 }, Presets.shades_classic) : undefined;
  let seconds: number | undefined;
  let evaluated = "";
  bar?.start(config.steps, step, { text: "" });
  return {
    onStep(done) {
      seconds = seconds === undefined ? done.seconds : seconds + NEWEST * (done.seconds - seconds);
      const rate = (config.batchSize / seconds).toFixed(1);
      const left = timeLeft((config.steps - done.step) * seconds);
      const losses = `loss ${done.loss.toFixed(3)} + ${done.auxiliaryLoss.toFixed(3)}`;
      const text = `${losses}, ${rate} images/s, ${left} left${evaluated}`;
      if (bar) bar.update(done.step, { text });
      else if (done.step % STEPS_PER_LINE === 0 || done.step === config.steps) {
        stream.write(`step ${done.step} of ${config.steps}: ${text}\n`);
      }
    },
    onEvaluation({ meanIoU, neighbourSimilarity }) {
      const found = `mIoU ${meanIoU.toFixed(3)}, neighbours ${neighbourSimilarity.toFixed(2)}`;
      evaluated = bar ? `, ${found}` : "";
      if (!bar) stream.write(`held out: ${found}\n`);
    },
    end: () => bar?.stop(),
  };
}

const BAR = "{value}/{total} {bar} {text}";

function timeLeft(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (minutes === 0) return `${Math.round(seconds)} s`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
