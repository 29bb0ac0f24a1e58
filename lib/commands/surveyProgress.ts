import { progress } from "../progress";
import { timeText } from "../progressText";
import type { SurveyProgress } from "../survey/survey";

/** Seconds between two lines where there is no terminal. */
const SECONDS_PER_LINE = 30;

/** Shows how far a survey is. */
export interface ShownSurvey {
  update(progress: SurveyProgress): void;
  end(): void;
}

/**
 * A bar on a terminal, a line every 30 seconds elsewhere: pictures, pictures per second, time left, failures.
 *
 * @param stream where to print, usually `process.stderr`
 */
export function surveyProgress(stream: NodeJS.WriteStream): ShownSurvey {
  return stream.isTTY ? surveyBar(stream) : surveyLines(stream);
}

function surveyBar(stream: NodeJS.WriteStream): ShownSurvey {
  let shown: ReturnType<typeof progress> | undefined;
  return {
    update({ total, before, done, failed }) {
      shown ??= progress("Pictures", total, { stream, from: before, showAfter: 0 });
      shown.update(before + done + failed, failed > 0 ? `${failed} failed` : undefined);
    },
    end: () => shown?.end(),
  };
}

function surveyLines(stream: NodeJS.WriteStream): ShownSurvey {
  let start: number | undefined;
  let printed = 0;
  return {
    update(state) {
      const { total, before, done, failed } = state;
      const now = performance.now();
      start ??= now;
      const isLast = before + done + failed === total;
      if (now === start || (!isLast && now - printed <= 1000 * SECONDS_PER_LINE)) return;
      stream.write(`${before + done + failed} of ${total}: ${lineText(state, (now - start) / 1000)}\n`);
      printed = now;
    },
    end() {},
  };
}

/** Measured from the start of the workers on, so that the first pictures seem slow. */
function lineText({ total, before, done, failed }: SurveyProgress, seconds: number): string {
  const rate = (done + failed) / seconds;
  const left = (total - before - done - failed) / rate;
  return `${rate.toFixed(2)} images/s, ${timeText(left)} left${failed > 0 ? `, ${failed} failed` : ""}`;
}
