/** What is counted: anything, or bytes, which are told in MB. */
export type ProgressUnit = "steps" | "bytes";

/** How far a piece of work is. */
export interface ProgressState {
  readonly title: string;
  readonly unit: ProgressUnit;
  readonly done: number;
  readonly total: number;
  /** Units per second so far; 0 while nothing is done. */
  readonly rate: number;
  /** What else is to be said, e.g. the loss. */
  readonly note: string | undefined;
}

/** Where progress is shown. */
export interface ProgressView {
  show(state: ProgressState): void;
  /** Takes away what was shown. */
  clear(): void;
}

/** What stands beside a bar, e.g. `58 %, 7 of 12, 1.3/s, 4 s left`. */
export function progressText({ unit, done, total, rate, note }: ProgressState): string {
  const percent = `${Math.floor(shareOf(done, total) * 100)} %`;
  const counted = unit === "bytes" ? `${megabytes(done)} of ${megabytes(total)} MB` : `${done} of ${total}`;
  const timing = rate > 0 ? [rateText(rate, unit), `${timeText((total - done) / rate)} left`] : [];
  return [percent, counted, ...timing, ...(note === undefined ? [] : [note])].join(", ");
}

/** Part of the work that is done, 0 to 1. */
export function shareOf(done: number, total: number): number {
  return Math.min(1, Math.max(0, done / total));
}

/** A time in seconds, minutes or hours. */
export function timeText(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (minutes === 0) return `${Math.round(seconds)} s`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function rateText(rate: number, unit: ProgressUnit): string {
  if (unit === "bytes") return `${megabytes(rate)} MB/s`;
  return rate < 1 ? `${Number((1 / rate).toPrecision(2))} s each` : `${Number(rate.toPrecision(2))}/s`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
}
