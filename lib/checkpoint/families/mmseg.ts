import { type Family, REASONS } from "./family";

const LAYER = "backbone.blocks.$1";
const NORM = "(weight|bias|running_mean|running_var)";

/**
 * SETR as mmsegmentation names it; of its heads, PUP.
 *
 * Source: mmsegmentation, models/backbones/vit.py and models/decode_heads/setr_up_head.py.
 */
export const mmseg: Family = {
  name: "mmseg",
  title: "mmsegmentation SETR",
  signature: /^backbone\.patch_embed\.projection\.weight$/,
  rules: [
    { from: /^backbone\.(cls_token|pos_embed)$/, to: "backbone.$1" },
    { from: /^backbone\.patch_embed\.projection\.(weight|bias)$/, to: "backbone.patch_embed.proj.$1" },
    { from: /^backbone\.layers\.(\d+)\.ln([12])\.(weight|bias)$/, to: `${LAYER}.norm$2.$3` },
    { from: /^backbone\.layers\.(\d+)\.attn\.attn\.in_proj_(weight|bias)$/, to: `${LAYER}.attn.qkv.$2` },
    { from: /^backbone\.layers\.(\d+)\.attn\.attn\.out_proj\.(weight|bias)$/, to: `${LAYER}.attn.proj.$2` },
    { from: /^backbone\.layers\.(\d+)\.ffn\.layers\.0\.0\.(weight|bias)$/, to: `${LAYER}.mlp.fc1.$2` },
    { from: /^backbone\.layers\.(\d+)\.ffn\.layers\.1\.(weight|bias)$/, to: `${LAYER}.mlp.fc2.$2` },
    { from: /^decode_head\.norm\.(weight|bias)$/, to: "decode_head.norm.$1" },
    { from: /^decode_head\.up_convs\.([0-3])\.0\.conv\.weight$/, to: "decode_head.conv_$1.weight" },
    { from: new RegExp(`^decode_head\\.up_convs\\.([0-3])\\.0\\.bn\\.${NORM}$`), to: "decode_head.syncbn_fc_$1.$2" },
    { from: /^decode_head\.conv_seg\.(weight|bias)$/, to: "decode_head.conv_4.$1" },
  ],
  ignored: [
    { from: /^auxiliary_head\./, reason: REASONS.auxiliary },
    { from: /\.num_batches_tracked$/, reason: REASONS.counter },
  ],
};
