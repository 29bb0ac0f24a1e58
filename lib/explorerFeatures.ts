// C channels, P positions
import { type FeatureMap, featureMap, reduceFeatures } from "./analysis/features";
import { AnalysisError } from "./errors";
import { type FeatureTilesOptions, featureTiles } from "./featureTiles";
import type { ExplorerLayer } from "./figure/html/featuresExplorer";
import { gridSize } from "./model/config";
import type { Run } from "./setr";

/** Options of {@link explorerFeatures}. */
export interface ExplorerFeaturesOptions extends FeatureTilesOptions {
  /**
   * 0-based channels to keep, at most 64; by default those that vary most, the same ones for all layers of equal width:
   * 16, or as many as come to 256 KiB in a layer. They are ranked by variance over positions, relative to the mean
   * variance of the layer.
   */
  readonly channels?: readonly number[];
}

const CHANNEL_COUNT = 16;
const MOST_CHANNELS = 64;
/** Bytes of a layer that default channels may take. */
const CHANNEL_BYTES = 2 ** 18;

/**
 * Captured features for `featuresExplorer`: PCA false colours as in `featureTiles`, norm, mean, and some channels.
 *
 * @param run a run that captured the names
 * @param names e.g. ["Z1", "Z2", "U1"]
 * @param options see {@link ExplorerFeaturesOptions}
 * @throws CaptureError `not-captured`; AnalysisError `channel`, and as `featureTiles`
 */
export async function explorerFeatures(
  run: Run,
  names: readonly string[],
  options: ExplorerFeaturesOptions = {},
): Promise<ExplorerLayer[]> {
  if (options.channels && options.channels.length > MOST_CHANNELS) {
    throw new AnalysisError("channel", `channels: expected at most ${MOST_CHANNELS}, found ${options.channels.length}`);
  }
  const features = names.map((name) => featureMap(run.get(name), gridSize(run.config)));
  const widths = [...new Set(features.map(({ channels }) => channels))];
  const chosen = new Map(
    widths.map((width) => {
      const alike = features.filter(({ channels }) => channels === width);
      return [width, options.channels ?? liveliest(alike)];
    }),
  );
  const tiles = await featureTiles(run, names, "pca", 0, options);
  return features.map((map, i) => ({
    name: names[i],
    colours: tiles[i].image as ExplorerLayer["colours"],
    maps: [
      { name: "norm", map: reduceFeatures(map, { kind: "norm" }) },
      { name: "mean", map: reduceFeatures(map, { kind: "mean" }) },
      ...keptChannels(chosen.get(map.channels)!, map, options).map((channel) => {
        return { name: `channel ${channel}`, map: reduceFeatures(map, { kind: "channel", channel }) };
      }),
    ],
  }));
}

function keptChannels(ranked: readonly number[], { height, width }: FeatureMap, options: ExplorerFeaturesOptions) {
  if (options.channels) return ranked;
  const most = Math.min(CHANNEL_COUNT, Math.floor(CHANNEL_BYTES / (height * width)));
  return ranked.slice(0, most).sort((a, b) => a - b);
}

/** The channels that vary most, first the liveliest. */
function liveliest(maps: readonly FeatureMap[]): number[] {
  const total = new Float64Array(maps[0].channels);
  for (const map of maps) {
    const variances = variancesOf(map);
    const mean = variances.reduce((sum, value) => sum + value, 0) / variances.length;
    if (mean > 0) for (let c = 0; c < total.length; c++) total[c] += variances[c] / mean;
  }
  const order = [...total.keys()].sort((a, b) => total[b] - total[a] || a - b);
  return order.slice(0, CHANNEL_COUNT);
}

/** Of each channel over positions. */
function variancesOf({ samples, channels }: FeatureMap): Float64Array {
  const count = samples.length / channels;
  const [sums, squares] = [new Float64Array(channels), new Float64Array(channels)];
  for (let i = 0; i < samples.length; i++) {
    sums[i % channels] += samples[i];
    squares[i % channels] += samples[i] ** 2;
  }
  return sums.map((sum, c) => Math.max(0, squares[c] / count - (sum / count) ** 2));
}
