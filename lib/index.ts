// What a notebook imports, in the order of the files it comes from.
export {
  activations,
  attentionMapOf as attentionMap,
  attentionMapsOf as attentionMaps,
  captureNames,
  regionAttentionMap,
  relevanceMap,
  rolloutOf as rollout,
  similarityOf as positionSimilarity,
} from "./activations";
export {
  type AttentionStatistics,
  attentionDistance,
  attentionEntropy,
  meanStatistics,
} from "./analysis/attentionDistance";
export { ATTENTION_METHODS, type AttentionMapOptions, type AttentionMethod } from "./analysis/attentionMap";
export type { AttentionMaps } from "./analysis/attentionMaps";
export type { ColourRange } from "./analysis/colourBasis";
export { differenceOf, symmetricRange } from "./analysis/difference";
export { type Focus, focus } from "./analysis/focus";
export { type PositionStructure, positionStructure } from "./analysis/positionStructure";
export type { HeadFusion, RolloutOptions } from "./analysis/rollout";
export { type SimilarityProfiles, similarityProfiles } from "./analysis/similarityProfiles";
export type { Grid, NdArray, Point, RgbImage } from "./arrays";
export { attentionAtlas, attentionStatisticsOf as attentionStatistics, rolloutLayers } from "./attentionHeads";
export { writeUntrainedWeights } from "./checkpoint/initialise";
export { classProbabilities } from "./classProbabilities";
export { type ComparedMethod, comparedRecipes, comparisonStrip } from "./comparisonStrip";
export { describeModel, describeRun } from "./describe";
export { SetrError } from "./errors";
export { type ExplorerFeaturesOptions, explorerFeatures } from "./explorerFeatures";
export { type ExplorerChoice, type ExplorerMapsOptions, explorerMaps } from "./explorerMaps";
export {
  type FeatureBasis,
  type FeatureBasisOptions,
  fitFeatureBasis,
  openFeatureBasis,
  saveFeatureBasis,
} from "./featureBasis";
export { type FeatureTilesOptions, type FeatureView, featureTiles } from "./featureTiles";
export { attentionFigure } from "./figure/attention";
export { type AtlasLayer, type AttentionAtlasOptions, attentionAtlasFigure } from "./figure/attentionAtlas";
export { type AttentionDistanceOptions, attentionDistanceFigure } from "./figure/attentionDistance";
export { attentionGalleryFigure } from "./figure/attentionGallery";
export { type Bar, type BarsOptions, barsFigure } from "./figure/bars";
export { classColors } from "./figure/classPalette";
export { type ClassScoresOptions, classScoresFigure } from "./figure/classScores";
export { type ColorMapName, colorMapNames } from "./figure/colorMaps";
export {
  type ConfusionCounts,
  type ConfusionMatrixOptions,
  confusionMatrixFigure,
} from "./figure/confusionMatrix";
export type { Figure } from "./figure/description";
export { differenceOptions, differenceTiles } from "./figure/differenceOptions";
export { type FeatureTile, featuresFigure } from "./figure/features";
export { type FigureFormat, figureFormats } from "./figure/formats";
export { type AtlasExplorerOptions, atlasExplorer } from "./figure/html/atlasExplorer";
export { type ExplorerLayer, type FeaturesExplorerOptions, featuresExplorer } from "./figure/html/featuresExplorer";
export { type HtmlOptions, renderHtml } from "./figure/html/html";
export { type Interactive, withExplorer } from "./figure/html/interactive";
export {
  type AttentionExplorerContent,
  attentionExplorer,
  type ExplorerMap,
  type PointsExplorerOptions,
  type SimilarityExplorerContent,
  similarityExplorer,
} from "./figure/html/pointsExplorer";
export type { LabelMap } from "./figure/labelMap";
export { type LineChart, type LineChartOptions, lineChartFigure } from "./figure/lineChart";
export type { LinePanel } from "./figure/linePanel";
export type { LineSeries } from "./figure/lineSeries";
export { type MapTile, type MapTilesOptions, mapTilesFigure } from "./figure/mapTiles";
export { type PdfOptions, renderPdf } from "./figure/pdf";
export { renderPng } from "./figure/png";
export { positionSimilarityFigure } from "./figure/positionSimilarity";
export { type RolloutLayer, rolloutLayersFigure } from "./figure/rolloutLayers";
export { type SaveOptions, saveFigure } from "./figure/save";
export { type SegmentationOptions, segmentationFigure } from "./figure/segmentation";
export { similarityProfilesFigure } from "./figure/similarityProfiles";
export type { PagePreset, PageWidth } from "./figure/style";
export { renderSvg } from "./figure/svg";
export { type ThemeName, themeNames } from "./figure/theme";
export { type TrainingCurvesOptions, type TrainingRecord, trainingCurves } from "./figure/trainingCurves";
export {
  type AttentionRecipe,
  type FeatureRecipe,
  figureRecipe,
  type PositionRecipe,
  RECIPE_NAMES,
  type RecipeName,
  recipeSimilarity,
  recipeTiles,
} from "./figureRecipe";
export { SAMPLE_PHOTOS } from "./image/samplePhotos";
export type { DecoderConfig, SetrConfig } from "./model/config";
export { VARIANTS, variantConfig } from "./model/variants";
export { type LiveDisplay, liveDisplay, show } from "./notebook/showFigure";
export { type Fit, openPhoto, type Photo } from "./openPhoto";
export { patchAt } from "./patchAt";
export { resolveWeights } from "./paths";
export { type OnProgress, type Progress, type ProgressOptions, progress } from "./progress";
export { attentionMethodText, recipe } from "./recipe";
export type { Region } from "./region";
export type { CacheMode } from "./runCache/runCache";
export type { RunStats } from "./runCache/stats";
export { classAt, classMask, type Mask, type SegmentOptions, segment } from "./segment";
export { type Segment, segmentAt } from "./segmentAt";
export { type GradientOf, type OpenOptions, openSetr, type Run, type RunOptions, type Setr } from "./setr";
export { CLASS_SETS, type ClassSet } from "./survey/classSets";
export { mergeSurvey, type SurveyStatus, surveyStatus } from "./survey/merge";
export {
  type AttentionReach,
  type ClassIoU,
  type ConfusedPair,
  openSurvey,
  type Survey,
} from "./survey/openSurvey";
export type { SurveyOptions } from "./survey/plan";
export { SURVEY_MEASURES, type SurveyMeasure, type SurveySettings } from "./survey/settings";
export { runSurvey, type SurveyOutcome, type SurveyProgress, type SurveyRunOptions } from "./survey/survey";
export { parseTrainingConfig, type TrainingConfig } from "./train/config";
export type { Evaluation, TrainingHistory } from "./train/history";
export { ConfusionMatrix, type SegmentationScores } from "./train/metrics";
export { SCENE_CLASSES } from "./train/scenes/classes";
export { sceneGallery } from "./train/scenes/gallery";
export { drawScene, type Scene } from "./train/scenes/scene";
export { openTraining, type Training, type TrainingOptions, type TrainingStep } from "./train/training";
