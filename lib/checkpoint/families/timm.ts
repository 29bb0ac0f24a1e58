import { type Family, REASONS } from "./family";

/**
 * Vision transformers of timm and DeiT: the official release's encoder without the prefix.
 *
 * Source: timm, models/vision_transformer.py; github.com/facebookresearch/deit.
 */
export const timm: Family = {
  name: "timm",
  title: "timm or DeiT vision transformer",
  signature: /^patch_embed\.proj\.weight$/,
  rules: [{ from: /^((?:cls_token|pos_embed|patch_embed\.|blocks\.\d).*)$/, to: "backbone.$1" }],
  ignored: [
    { from: /^norm\.(weight|bias)$/, reason: REASONS.finalNorm },
    { from: /^(head|head_dist|pre_logits\.fc|fc_norm)\.(weight|bias)$/, reason: REASONS.classifier },
    { from: /^dist_token$/, reason: REASONS.distillation },
  ],
};
