// What a notebook imports, in the order of the files it comes from.
export {
  activations,
  attentionMapOf as attentionMap,
  captureNames,
  relevanceMap,
  similarityOf as positionSimilarity,
} from "./activations";
export { ATTENTION_METHODS, type AttentionMapOptions, type AttentionMethod } from "./analysis/attentionMap";
export { type HeadFusion, type RolloutOptions, rollout, rolloutRow } from "./analysis/rollout";
export type { Grid, NdArray, Point, RgbImage } from "./arrays";
export { writeUntrainedWeights } from "./checkpoint/initialise";
export { resolveWeights } from "./defaultWeights";
export { describeModel } from "./describe";
export { SetrError } from "./errors";
export { type FeatureView, featureTiles } from "./featureTiles";
export { attentionFigure } from "./figure/attention";
export { attentionGalleryFigure } from "./figure/attentionGallery";
export { type ColorMapName, colorMapNames } from "./figure/colorMaps";
export type { Figure } from "./figure/description";
export { type FeatureTile, featuresFigure } from "./figure/features";
export { renderPng } from "./figure/png";
export { positionSimilarityFigure } from "./figure/positionSimilarity";
export { saveFigure } from "./figure/save";
export { renderSvg } from "./figure/svg";
export { type Fit, openPhoto, type Photo } from "./image/openPhoto";
export { SAMPLE_PHOTOS } from "./image/samplePhotos";
export type { DecoderConfig, SetrConfig } from "./model/config";
export { VARIANTS, variantConfig } from "./model/variants";
export { show } from "./notebook/showFigure";
export { patchAt } from "./patchAt";
export { attentionMethodText, recipe } from "./recipe";
export type { Region } from "./region";
export { classAt, classMask, type Mask, type SegmentOptions, segment } from "./segment";
export { type GradientOf, type OpenOptions, openSetr, type Run, type RunOptions, type Setr } from "./setr";
