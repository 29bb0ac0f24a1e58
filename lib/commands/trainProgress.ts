import { progress } from "../progress";
import { timeText } from "../progressText";
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
export function trainingProgress(stream: NodeJS.WriteStream, training: Training): TrainingProgress {
  return stream.isTTY ? trainingBar(stream, training) : trainingLines(stream, training);
}

function trainingBar(stream: NodeJS.WriteStream, { config, step }: Training): TrainingProgress {
  const shown = progress("Steps", config.steps, { stream, from: step, showAfter: 0 });
  let evaluated = "";
  return {
    onStep: (done) => shown.update(done.step, `${lossText(done)}${evaluated}`),
    onEvaluation(evaluation) {
      evaluated = `, ${evaluationText(evaluation)}`;
    },
    end: shown.end,
  };
}

function trainingLines(stream: NodeJS.WriteStream, { config }: Training): TrainingProgress {
  let seconds: number | undefined;
  return {
    onStep(done) {
      seconds = seconds === undefined ? done.seconds : seconds + NEWEST * (done.seconds - seconds);
      if (done.step % STEPS_PER_LINE !== 0 && done.step !== config.steps) return;
      const rate = (config.batchSize / seconds).toFixed(1);
      const left = timeText((config.steps - done.step) * seconds);
      stream.write(`step ${done.step} of ${config.steps}: ${lossText(done)}, ${rate} images/s, ${left} left\n`);
    },
    onEvaluation: (evaluation) => void stream.write(`held out: ${evaluationText(evaluation)}\n`),
    end() {},
  };
}

function lossText({ loss, auxiliaryLoss }: TrainingStep): string {
  return `loss ${loss.toFixed(3)} + ${auxiliaryLoss.toFixed(3)}`;
}

function evaluationText({ meanIoU, neighbourSimilarity }: Evaluation): string {
  return `mIoU ${meanIoU.toFixed(3)}, neighbours ${neighbourSimilarity.toFixed(2)}`;
}
