import { escapeXml } from "../figure/markup";
import { type ProgressState, type ProgressView, progressText, shareOf } from "../progressText";
import { newPlace, showDisplay } from "./show";

/** Characters of the bar where HTML is not shown. */
const BAR_LENGTH = 20;

/** A bar below the running cell, in one output that is emptied at the end; `runNotebook` leaves empty outputs out. */
export function progressOutput(): ProgressView {
  const place = newPlace();
  let isShown = false;
  return {
    show(state) {
      showDisplay({ data: { "text/html": barHtml(state), "text/plain": barText(state) } }, place);
      isShown = true;
    },
    clear() {
      if (isShown) showDisplay({ data: {} }, place);
      isShown = false;
    },
  };
}

function barHtml(state: ProgressState): string {
  const bar = `<progress value="${shareOf(state.done, state.total).toFixed(3)}" max="1"></progress>`;
  return `<div>${escapeXml(state.title)} ${bar} ${escapeXml(progressText(state))}</div>`;
}

function barText(state: ProgressState): string {
  const filled = Math.floor(shareOf(state.done, state.total) * BAR_LENGTH);
  return `${state.title} ${"█".repeat(filled)}${"░".repeat(BAR_LENGTH - filled)} ${progressText(state)}`;
}
