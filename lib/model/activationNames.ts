import { CaptureError } from "../errors";
import type { DecoderConfig, SetrConfig } from "./config";

/** How many interpolations a decoder has, the final one to the image included. */
export function upsamplingCount(decoder: DecoderConfig): number {
  switch (decoder.type) {
    case "naive":
      return 2;
    case "pup":
      return 5;
    case "mla":
      return decoder.order === "official" ? 6 : 5;
    case "none":
      return 0;
  }
}

/**
 * Every name under which a run of this model can be asked for a value, in order of computation.
 *
 * Layers count from 1, as in the paper: Z1 is the output of the checkpoint's block 0.
 */
export function activationNames(config: SetrConfig): string[] {
  const { decoder } = config;
  const layers = Array.from({ length: config.depth }, (_, i) => i + 1);
  const encoder = layers.flatMap((layer) => [`A${layer}`, `A${layer}.mean`, `Z${layer}`]);
  const upsamplings = Array.from({ length: upsamplingCount(decoder) }, (_, i) => `U${i + 1}`);
  const features = decoder.type === "pup" && decoder.order === "official" ? ["U4.features"] : [];
  const logits = decoder.type === "none" ? [] : ["logits"];
  return ["embeddings", ...encoder, ...upsamplings, ...features, ...logits];
}

/**
 * Expands patterns to names; `*` stands for anything but a dot, so that `A*` is A1..AL and `A*.mean` their means.
 *
 * @param patterns e.g. `["Z*", "A2.mean", "logits"]`
 * @param names the valid names
 * @returns the names meant, each once, in the order of `names`
 * @throws CaptureError `unknown-capture` for a pattern that means nothing, listing the valid names; `no-decoder` when
 *   it asks an encoder alone for a decoder's value
 */
export function expandNames(patterns: readonly string[], names: readonly string[]): string[] {
  const wanted = new Set<string>();
  for (const pattern of patterns) {
    const expression = new RegExp(`^${pattern.split("*").map(escapeExpression).join("[^.]*")}$`);
    const meant = names.filter((name) => expression.test(name));
    if (meant.length === 0) {
      checkDecoder(pattern, names);
      throw new CaptureError(
        "unknown-capture",
        `capture: expected names among ${summarise(names)}, found "${pattern}"`,
      );
    }
    for (const name of meant) wanted.add(name);
  }
  return names.filter((name) => wanted.has(name));
}

/** Says why, when a decoder's value is asked of an encoder alone. */
function checkDecoder(pattern: string, names: readonly string[]): void {
  if (names.includes("logits") || !/^(U|logits)/.test(pattern)) return;
  throw new CaptureError(
    "no-decoder",
    `capture: expected a model with a decoder for "${pattern}", found an encoder alone, which has Z and A but no U and no logits`,
  );
}

function escapeExpression(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** Names with their numbered runs folded: A1..A24, A1.mean..A24.mean, ... */
function summarise(names: readonly string[]): string {
  const families = new Map<string, string[]>();
  for (const name of names) {
    const family = name.replace(/\d+/, "#");
    families.set(family, [...(families.get(family) ?? []), name]);
  }
  return [...families.values()]
    .map((members) => (members.length > 1 ? `${members[0]}..${members[members.length - 1]}` : members[0]))
    .join(", ");
}
