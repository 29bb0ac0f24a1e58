import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { NotebookError } from "../errors";

/** Heading of a Jupyter message; the field names are the protocol's. */
export interface MessageHeader {
  readonly msg_id: string;
  readonly msg_type: string;
  readonly session: string;
  readonly username: string;
  /** Time of sending, ISO 8601. */
  readonly date: string;
  /** Protocol version, here always `"5.3"`. */
  readonly version: string;
}

/** One message of the Jupyter messaging protocol, without its routing prefix and buffers. */
export interface Message {
  readonly header: MessageHeader;
  /** Heading of the request this message answers; empty in a request. */
  readonly parent_header: Partial<MessageHeader>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly content: Readonly<Record<string, unknown>>;
}

const PROTOCOL_VERSION = "5.3";
const DELIMITER = Buffer.from("<IDS|MSG>");

/**
 * Makes a request with a fresh message id.
 *
 * @param type message type, e.g. `"execute_request"`
 * @param session identifier that all requests of one client share
 * @param content body of the request, as the protocol defines it for the type
 */
export function createMessage(type: string, session: string, content: Readonly<Record<string, unknown>>): Message {
  return { header: header(type, session), parent_header: {}, metadata: {}, content };
}

/**
 * Makes the answer to a request, or another message that it caused.
 *
 * @param type message type, e.g. `"execute_reply"`
 * @param parent heading of the request
 * @param content body of the message, as the protocol defines it for the type
 */
export function createAnswer(
  type: string,
  parent: Partial<MessageHeader>,
  content: Readonly<Record<string, unknown>>,
): Message {
  return { header: header(type, parent.session ?? ""), parent_header: parent, metadata: {}, content };
}

/**
 * Lays a message out as the frames of one ZeroMQ message: delimiter, signature, header, parent header, metadata, content.
 *
 * @param key secret of the connection file
 */
export function encodeMessage(key: string, message: Message): Buffer[] {
  const parts = [message.header, message.parent_header, message.metadata, message.content].map((part) =>
    Buffer.from(JSON.stringify(part)),
  );
  return [DELIMITER, Buffer.from(sign(key, parts)), ...parts];
}

/**
 * Reads a message from its frames and checks the signature; routing before the delimiter and buffers after the parts are
 * skipped.
 *
 * @param key secret of the connection file
 * @param frames frames of one ZeroMQ message
 * @throws NotebookError `message-malformed` when the delimiter or one of the four parts is missing or is not JSON
 * @throws NotebookError `message-signature` when the signature does not belong to the parts
 */
export function decodeMessage(key: string, frames: readonly Uint8Array[]): Message {
  const start = frames.findIndex((frame) => DELIMITER.equals(frame));
  // Buffers may follow, which the signature does not cover.
  const [signature, ...parts] = start < 0 ? [] : frames.slice(start + 1, start + 6);
  if (!signature || parts.length < 4) {
    throw new NotebookError(
      "message-malformed",
      `kernel message: expected a delimiter and 5 frames, found ${frames.length} frames`,
    );
  }
  const expected = Buffer.from(sign(key, parts));
  if (expected.length !== signature.length || !timingSafeEqual(expected, signature)) {
    throw new NotebookError("message-signature", "kernel message: expected the connection's signature, found another");
  }
  const [header, parent, metadata, content] = parts.map(parsePart);
  return { header, parent_header: parent, metadata, content } as unknown as Message;
}

/** The frames before the delimiter, which lead an answer back to its sender. */
export function routingOf(frames: readonly Uint8Array[]): Uint8Array[] {
  return frames.slice(
    0,
    frames.findIndex((frame) => DELIMITER.equals(frame)),
  );
}

function header(type: string, session: string): MessageHeader {
  const date = new Date().toISOString();
  return { msg_id: randomUUID(), msg_type: type, session, username: "setr", date, version: PROTOCOL_VERSION };
}

function sign(key: string, parts: readonly Uint8Array[]): string {
  const hash = createHmac("sha256", key);
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

function parsePart(part: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part).toString("utf8"));
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Reported below, like every other value that is no object.
  }
  throw new NotebookError("message-malformed", "kernel message: expected a JSON object in every frame");
}
