import { type Family, type IgnoreRule, type NameRule, REASONS } from "./family";

const LAYER = "backbone.blocks.$1";
const LEVELS = [0, 1, 2, 3];

const encoder: readonly NameRule[] = [
  { from: /^backbone\.(cls_token|pos_embed)$/, to: "backbone.$1" },
  { from: /^backbone\.patch_embed\.projection\.(weight|bias)$/, to: "backbone.patch_embed.proj.$1" },
  { from: /^backbone\.layers\.(\d+)\.ln([12])\.(weight|bias)$/, to: `${LAYER}.norm$2.$3` },
  { from: /^backbone\.layers\.(\d+)\.attn\.attn\.in_proj_(weight|bias)$/, to: `${LAYER}.attn.qkv.$2` },
  { from: /^backbone\.layers\.(\d+)\.attn\.attn\.out_proj\.(weight|bias)$/, to: `${LAYER}.attn.proj.$2` },
  { from: /^backbone\.layers\.(\d+)\.ffn\.layers\.0\.0\.(weight|bias)$/, to: `${LAYER}.mlp.fc1.$2` },
  { from: /^backbone\.layers\.(\d+)\.ffn\.layers\.1\.(weight|bias)$/, to: `${LAYER}.mlp.fc2.$2` },
];

const ignored: readonly IgnoreRule[] = [
  { from: /^auxiliary_head\./, reason: REASONS.auxiliary },
  { from: /\.num_batches_tracked$/, reason: REASONS.counter },
];

/** A convolution without bias and its batch normalisation, `key.conv` and `key.bn`. */
function convModule(key: string, conv: string, batchNorm: string): NameRule[] {
  const escaped = key.replaceAll(".", "\\.");
  return [
    { from: new RegExp(`^${escaped}\\.conv\\.weight$`), to: `${conv}.weight` },
    { from: new RegExp(`^${escaped}\\.bn\\.(weight|bias|running_mean|running_var)$`), to: `${batchNorm}.$1` },
  ];
}

/** The Naive and PUP heads: `steps` convolutions, then `conv_seg`. */
function upHead(steps: number): NameRule[] {
  return [
    { from: /^decode_head\.norm\.(weight|bias)$/, to: "decode_head.norm.$1" },
    ...LEVELS.slice(0, steps).flatMap((i) =>
      convModule(`decode_head.up_convs.${i}.0`, `decode_head.conv_${i}`, `decode_head.syncbn_fc_${i}`),
    ),
    { from: /^decode_head\.conv_seg\.(weight|bias)$/, to: `decode_head.conv_${steps}.$1` },
  ];
}

/** MLA's neck and head. The neck's norms and projections count from the shallowest level, all after them from the deepest. */
function mlaHead(): NameRule[] {
  const levels = LEVELS.flatMap((i) => {
    const [shallow, deep] = [i + 2, 5 - i];
    const [path, head] = [`backbone.mla.mla_p${deep}`, `decode_head.mlahead.head${deep}`];
    return [
      ...convModule(
        `neck.mla.channel_proj.${i}`,
        `backbone.mla.mla_p${shallow}_1x1.0`,
        `backbone.mla.mla_p${shallow}_1x1.1`,
      ),
      ...convModule(`neck.mla.feat_extract.${i}`, `${path}.0`, `${path}.1`),
      ...convModule(`decode_head.up_convs.${i}.0`, `${head}.0`, `${head}.1`),
      ...convModule(`decode_head.up_convs.${i}.1`, `${head}.3`, `${head}.4`),
    ];
  });
  return [
    { from: /^neck\.norm\.([0-3])\.(weight|bias)$/, to: "backbone.norm_$1.$2" },
    ...levels,
    { from: /^decode_head\.conv_seg\.(weight|bias)$/, to: "decode_head.cls.$1" },
  ];
}

/**
 * SETR as mmsegmentation names it, one record per head; the Naive one comes last, since its names are among PUP's.
 *
 * Source: mmsegmentation, models/backbones/vit.py, models/necks/mla_neck.py, models/decode_heads/setr_up_head.py and
 * setr_mla_head.py.
 */
export const mmseg: readonly Family[] = [
  {
    name: "mmseg",
    title: "mmsegmentation SETR-MLA",
    signature: /^neck\.mla\.channel_proj\.0\.conv\.weight$/,
    rules: [...encoder, ...mlaHead()],
    ignored,
  },
  {
    name: "mmseg",
    title: "mmsegmentation SETR-PUP",
    signature: /^decode_head\.up_convs\.3\.0\.conv\.weight$/,
    rules: [...encoder, ...upHead(4)],
    ignored,
  },
  {
    name: "mmseg",
    title: "mmsegmentation SETR-Naive",
    signature: /^backbone\.patch_embed\.projection\.weight$/,
    rules: [...encoder, ...upHead(1)],
    ignored,
  },
];
