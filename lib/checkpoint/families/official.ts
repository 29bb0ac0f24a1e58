import { type Family, REASONS } from "./family";

/**
 * The official SETR release, whose names this project uses throughout, and files written here.
 *
 * Source: github.com/fudan-zvg/SETR.
 */
export const official: Family = {
  name: "official",
  title: "official SETR release",
  signature: /^backbone\.patch_embed\.proj\.weight$/,
  rules: [{ from: /^((?:backbone|decode_head)\..+)$/, to: "$1" }],
  ignored: [
    { from: /^auxiliary_head\./, reason: REASONS.auxiliary },
    { from: /^decode_head\.conv_seg\./, reason: REASONS.baseClass },
    { from: /\.num_batches_tracked$/, reason: REASONS.counter },
  ],
};
