import { CheckpointError } from "../errors";
import { describe } from "./fileBytes";

/** The dictionary in the header of a .npy file. */
export interface NpyHeader {
  /** NumPy's type code with byte order, such as `<f4`. */
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

const TOKEN = /\s*('[^'\\]*'|"[^"\\]*"|\d+L?|True|False|[{}():,[\]])/y;

/** Refuses the header. */
type Fail = (expected: string, found: unknown) => never;

/** One token of the header and how to go on. */
interface Tokens {
  readonly peek: () => string | undefined;
  readonly take: (expected?: string) => string;
}

/**
 * Reads the Python literal in a .npy header: exactly the keys descr, fortran_order and shape, in any order.
 *
 * @param subject the file or member, for messages
 * @param text the header's text, padded with spaces
 * @throws CheckpointError `npy-header` for anything but that dictionary, `npy-dtype` for types with fields
 * Source: NumPy's format specification, numpy/lib/format.py.
 */
export function parseNpyHeader(subject: string, text: string): NpyHeader {
  const fail: Fail = (expected, found) => {
    throw new CheckpointError("npy-header", `${subject}: expected ${expected} in the header, found ${describe(found)}`);
  };
  const tokens = tokenise(text, fail);
  const header: { descr?: string; fortranOrder?: boolean; shape?: number[] } = {};
  tokens.take("{");
  while (tokens.peek() !== "}") {
    const key = tokens.take().slice(1, -1);
    tokens.take(":");
    if (key === "descr" && header.descr === undefined) header.descr = readDescr(subject, tokens);
    else if (key === "fortran_order" && header.fortranOrder === undefined) header.fortranOrder = readFlag(tokens, fail);
    else if (key === "shape" && header.shape === undefined) header.shape = readShape(tokens, fail);
    else fail("descr, fortran_order and shape, each once,", key);
    if (tokens.peek() !== "}") tokens.take(",");
  }
  tokens.take("}");
  const { descr, fortranOrder, shape } = header;
  if (tokens.peek() === undefined && descr !== undefined && fortranOrder !== undefined && shape) {
    return { descr, fortranOrder, shape };
  }
  return fail("one dictionary of descr, fortran_order and shape", text.trim());
}

function tokenise(text: string, fail: Fail): Tokens {
  const list: string[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) return fail("a Python dictionary", text.slice(at).trim());
    list.push(match[1]!);
  }
  let next = 0;
  const take = (expected?: string) => {
    const token = list[next++];
    if (token === undefined || (expected !== undefined && token !== expected)) {
      return fail(expected ?? "more", token ?? "its end");
    }
    return token;
  };
  return { peek: () => list[next], take };
}

function readDescr(subject: string, tokens: Tokens): string {
  const token = tokens.take();
  if (/^['"]/.test(token)) return token.slice(1, -1);
  throw new CheckpointError("npy-dtype", `${subject}: expected a plain number type, found a type with fields`);
}

function readFlag(tokens: Tokens, fail: Fail): boolean {
  const token = tokens.take();
  return token === "True" || token === "False" ? token === "True" : fail("True or False", token);
}

function readShape(tokens: Tokens, fail: Fail): number[] {
  const shape: number[] = [];
  tokens.take("(");
  while (tokens.peek() !== ")") {
    const token = tokens.take();
    const length = /^\d+L?$/.test(token) ? Number.parseInt(token, 10) : fail("a length", token);
    shape.push(Number.isSafeInteger(length) ? length : fail("a length below 2^53", token));
    if (tokens.peek() !== ")") tokens.take(",");
  }
  tokens.take(")");
  return shape;
}
