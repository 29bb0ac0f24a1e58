/** A file that must be refused. */
export interface HostileCase {
  /** What is wrong with the file. */
  readonly name: string;
  /** Code of the CheckpointError. */
  readonly code: string;
  readonly build: () => Uint8Array;
}

/** A row of a table of hostile files. */
export function hostile(name: string, code: string, build: () => Uint8Array): HostileCase {
  return { name, code, build };
}
