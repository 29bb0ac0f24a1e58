import { Format, type GenericFormatter, Presets, SingleBar } from "cli-progress";
import { type ProgressState, type ProgressView, progressText } from "./progressText";

/** Columns of the bar itself. */
const BAR_COLUMNS = 16;

/**
 * A bar on a terminal, in one line that is cleared at the end.
 *
 * @param stream a terminal, usually `process.stderr`
 */
export function terminalBar(stream: NodeJS.WriteStream): ProgressView {
  let bar: SingleBar | undefined;
  return {
    show(state) {
      if (bar) bar.update(state.done, { state });
      else {
        bar = openBar(stream);
        bar.start(state.total, state.done, { state });
      }
    },
    clear() {
      bar?.stop();
      bar = undefined;
    },
  };
}

function openBar(stream: NodeJS.WriteStream): SingleBar {
  const format: GenericFormatter = (options, { progress }, payload: { state: ProgressState }) => {
    const { state } = payload;
    const line = `${state.title} ${Format.BarFormat(progress, options)} ${progressText(state)}`;
    return line.slice(0, (stream.columns || 80) - 1);
  };
  // Lines are cut here, so that an interrupt cannot leave the terminal's own wrapping switched off.
  const layout = { format, barsize: BAR_COLUMNS, linewrap: true, fps: 5, clearOnComplete: true };
  return new SingleBar({ ...layout, stream }, Presets.shades_classic);
}
