import { type Family, type NameRule, REASONS } from "./family";

const MODEL = "(?:(?:vit|deit)\\.)?";
const LAYER = `${MODEL}encoder\\.layer\\.(\\d+)\\.`;
const KIND = "(weight|bias)";

const layer = (from: string, to: string): NameRule => {
  return { from: new RegExp(`^${LAYER}${from}\\.${KIND}$`), to: `backbone.blocks.$1.${to}.$2` };
};

/**
 * Vision transformers of Hugging Face: query, key and value apart, the rest under other names.
 *
 * Source: transformers, models/vit/modeling_vit.py.
 */
export const huggingface: Family = {
  name: "huggingface",
  title: "Hugging Face vision transformer",
  signature: new RegExp(`^${MODEL}embeddings\\.patch_embeddings\\.projection\\.weight$`),
  rules: [
    { from: new RegExp(`^${MODEL}embeddings\\.cls_token$`), to: "backbone.cls_token" },
    { from: new RegExp(`^${MODEL}embeddings\\.position_embeddings$`), to: "backbone.pos_embed" },
    {
      from: new RegExp(`^${MODEL}embeddings\\.patch_embeddings\\.projection\\.${KIND}$`),
      to: "backbone.patch_embed.proj.$1",
    },
    { ...layer("attention\\.attention\\.query", "attn.qkv"), part: 0 },
    { ...layer("attention\\.attention\\.key", "attn.qkv"), part: 1 },
    { ...layer("attention\\.attention\\.value", "attn.qkv"), part: 2 },
    layer("attention\\.output\\.dense", "attn.proj"),
    layer("intermediate\\.dense", "mlp.fc1"),
    layer("output\\.dense", "mlp.fc2"),
    layer("layernorm_before", "norm1"),
    layer("layernorm_after", "norm2"),
  ],
  ignored: [
    { from: new RegExp(`^${MODEL}layernorm\\.${KIND}$`), reason: REASONS.finalNorm },
    {
      from: new RegExp(`^(?:${MODEL}pooler\\.dense|(?:cls_|distillation_)?classifier)\\.${KIND}$`),
      reason: REASONS.classifier,
    },
    { from: new RegExp(`^${MODEL}embeddings\\.distillation_token$`), reason: REASONS.distillation },
  ],
};
