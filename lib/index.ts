// Model
export { openSetr, type OpenOptions, type Run, type Setr } from "./setr";
export { activations, attentionMapOf as attentionMap, captureNames, similarityOf as positionSimilarity } from "./activations";
export { classMask, type Mask, segment, type SegmentOptions } from "./segment";
export type { DecoderConfig, SetrConfig } from "./model/config";
export { VARIANTS, variantConfig } from "./model/variants";
export { resolveWeights } from "./defaultWeights";
export { writeUntrainedWeights } from "./checkpoint/initialise";

// Photos
export { type Fit, openPhoto, type Photo } from "./image/openPhoto";
export { SAMPLE_PHOTOS } from "./image/samplePhotos";

// Analyses
export { ATTENTION_METHODS, type AttentionMapOptions, type AttentionMethod } from "./analysis/attentionMap";
export { type HeadFusion, rollout, type RolloutOptions, rolloutRow } from "./analysis/rollout";
export { type FeatureView, featureTiles } from "./featureTiles";
export { patchAt } from "./patchAt";
export type { Grid, NdArray, Point, RgbImage } from "./arrays";

// Figures
export { attentionFigure } from "./figure/attention";
export { attentionGalleryFigure } from "./figure/attentionGallery";
export { type ColorMapName, colorMapNames } from "./figure/colorMaps";
export type { Figure } from "./figure/description";
export { featuresFigure, type FeatureTile } from "./figure/features";
export { renderPng } from "./figure/png";
export { positionSimilarityFigure } from "./figure/positionSimilarity";
export { saveFigure } from "./figure/save";
export { renderSvg } from "./figure/svg";
export { describeModel } from "./describe";
export { attentionMethodText, recipe } from "./recipe";

// Notebooks
export { show } from "./notebook/showFigure";

// Errors
export { SetrError } from "./errors";
