import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createMessage, decodeMessage, encodeMessage } from "../../lib/notebook/message";

const key = "5f3a";

describe("kernel messages", () => {
  test("a message survives encoding and decoding, with any content, routing prefix and buffers", () => {
    const content = fc.dictionary(
      fc.string().filter((name) => name !== "__proto__"),
      fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)),
    );
    const more = fc.array(fc.uint8Array({ maxLength: 7 }));
    fc.assert(
      fc.property(content, more, more, (body, prefix, buffers) => {
        const message = createMessage("execute_request", "session", { ...body });
        expect(decodeMessage(key, [...prefix, ...encodeMessage(key, message), ...buffers])).toEqual(message);
      }),
    );
  });

  test("the signature is the HMAC-SHA256 of the four parts, in hexadecimal", () => {
    const [delimiter, signature] = encodeMessage("key", {
      header: {},
      parent_header: {},
      metadata: {},
      content: {},
    } as never);
    expect(delimiter.toString()).toBe("<IDS|MSG>");
    // printf '{}{}{}{}' | openssl dgst -sha256 -hmac key
    expect(signature.toString()).toBe("ca767b02c5bc061ed184a9a029e7f93a7f2f7ed4e8fe74120fc1212f0b008fa3");
  });

  const frames = encodeMessage(key, createMessage("status", "session", { execution_state: "idle" }));
  const refused: [string, Buffer[], string, string][] = [
    ["another key", frames, "another", "message-signature"],
    ["a changed content", frames.toSpliced(5, 1, Buffer.from('{"execution_state":"busy"}')), key, "message-signature"],
    ["an empty signature", frames.toSpliced(1, 1, Buffer.alloc(0)), key, "message-signature"],
    ["no delimiter", frames.slice(1), key, "message-malformed"],
    ["a missing part", frames.slice(0, 5), key, "message-malformed"],
    ["no frames", [], key, "message-malformed"],
  ];
  test.each(refused)("a message with %s is refused", (_, parts, used, code) => {
    expect(() => decodeMessage(used, parts)).toThrow(expect.objectContaining({ code }));
  });

  test("a signed part that is not JSON is refused", () => {
    const text = encodeMessage(key, createMessage("status", "session", "text" as never));
    expect(() => decodeMessage(key, text)).toThrow(expect.objectContaining({ code: "message-malformed" }));
  });
});
