import { type Family, type NameRule, REASONS } from "./family";

const ATTENTION = "MultiHeadDotProductAttention_1/";

const layer = (from: string, to: string, layout: Omit<NameRule, "from" | "to"> = {}): NameRule => {
  return { from: new RegExp(`^Transformer/encoderblock_(\\d+)/${from}$`), to: `backbone.blocks.$1.${to}`, ...layout };
};

const third = (name: string, part: 0 | 1 | 2): NameRule[] => [
  layer(`${ATTENTION}${name}/kernel`, "attn.qkv.weight", { part, axes: [1, 2, 0], mergeFirst: 2 }), // [C, H, D] -> [HD, C]
  layer(`${ATTENTION}${name}/bias`, "attn.qkv.bias", { part, mergeFirst: 2 }), // [H, D] -> [HD]
];

const dense = (from: string, to: string): NameRule[] => [
  layer(`${from}/kernel`, `${to}.weight`, { axes: [1, 0] }), // [I, O] -> [O, I]
  layer(`${from}/bias`, `${to}.bias`),
];

const norm = (from: string, to: string): NameRule[] => [
  layer(`${from}/scale`, `${to}.weight`),
  layer(`${from}/bias`, `${to}.bias`),
];

/**
 * Google's vision transformers in .npz: kernels are [in, heads, D] and transposed, images are channels last.
 *
 * Source: github.com/google-research/vision_transformer.
 */
export const google: Family = {
  name: "google",
  title: "Google vision transformer",
  signature: /^Transformer\/posembed_input\/pos_embedding$/,
  rules: [
    { from: /^cls$/, to: "backbone.cls_token" },
    { from: /^Transformer\/posembed_input\/pos_embedding$/, to: "backbone.pos_embed" },
    { from: /^embedding\/kernel$/, to: "backbone.patch_embed.proj.weight", axes: [3, 2, 0, 1] }, // [P, P, 3, C] -> [C, 3, P, P]
    { from: /^embedding\/bias$/, to: "backbone.patch_embed.proj.bias" },
    ...third("query", 0),
    ...third("key", 1),
    ...third("value", 2),
    layer(`${ATTENTION}out/kernel`, "attn.proj.weight", { axes: [2, 0, 1], mergeLast: 2 }), // [H, D, C] -> [C, HD]
    layer(`${ATTENTION}out/bias`, "attn.proj.bias"),
    ...norm("LayerNorm_0", "norm1"),
    ...norm("LayerNorm_2", "norm2"),
    ...dense("MlpBlock_3/Dense_0", "mlp.fc1"),
    ...dense("MlpBlock_3/Dense_1", "mlp.fc2"),
  ],
  ignored: [
    { from: /^Transformer\/encoder_norm\/(scale|bias)$/, reason: REASONS.finalNorm },
    { from: /^(head|pre_logits)\/(kernel|bias)$/, reason: REASONS.classifier },
  ],
};
