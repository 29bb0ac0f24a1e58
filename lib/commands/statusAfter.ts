import { constants } from "node:os";

/** What shells add a signal's number to. */
const SIGNALS = 128;

/** The exit status of a program that a signal has stopped, as shells give it. */
export function statusAfter(signal: NodeJS.Signals): number {
  return SIGNALS + constants.signals[signal];
}
