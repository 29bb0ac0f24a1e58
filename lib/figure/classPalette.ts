import { FigureError } from "../errors";
import { SCENE_CLASSES } from "../train/scenes/classes";
import { SCENE_COLORS } from "../train/scenes/palette";
import { checkNumber } from "./checks";
import { type Appearance, appearance, distance, fromHex, type Rgb, toHex, toLab } from "./colorDistance";

/**
 * The first colours of a palette, which stay apart for colour-blind readers. Source: Okabe and Ito, Color universal
 * design (2008), without black, which hides what it is drawn over.
 */
export const BASE_COLORS: readonly string[] = [
  "#0072b2",
  "#e69f00",
  "#009e73",
  "#d55e00",
  "#cc79a7",
  "#56b4e9",
  "#f0e442",
];

/** Most classes that a palette is made for. */
const MAX_CLASSES = 1000;

/** Levels of each channel from which further colours are picked. */
const LEVELS = 13;

/** Darkest and lightest of the further colours, and how little colour they may have, in OKLab. */
const FURTHER = { minLightness: 0.32, maxLightness: 0.93, minChroma: 0.035 } as const;

interface Candidate {
  readonly color: string;
  readonly seen: Appearance;
}

/**
 * Colours of classes, told apart by colour-blind readers as far as their number allows.
 *
 * Classes named as those of drawn scenes have the scenes' colours. The others take the colours of Okabe and Ito in
 * turn, and then, one by one, the colour that is farthest from all before it, seen by the usual eye and by those
 * without red, green or blue cones. The same arguments always give the same colours, and without names a longer palette
 * begins with a shorter one.
 *
 * @param count number of classes, 1..1000
 * @param names names of the classes by number; fewer than `count` when some have none
 * @returns `count` colours, `#rrggbb`, each once
 * @throws FigureError `option-invalid` for a number of classes out of range, `names-too-many` for more names than classes
 */
export function classColors(count: number, names: readonly string[] = []): string[] {
  checkNumber("classes", count, 1, MAX_CLASSES, true);
  if (names.length > count) {
    throw new FigureError("names-too-many", `class names: expected at most ${count}, found ${names.length}`);
  }
  const known = Array.from({ length: count }, (_, i) => sceneColor(names, i));
  const taken = known.filter((color) => color !== undefined);
  const further = furtherColors(count - taken.length, taken);
  return known.map((color) => color ?? (further.shift() as string));
}

/** The colour of a scene's class, for the first class of that name. */
function sceneColor(names: readonly string[], index: number): string | undefined {
  const name = names[index];
  const label = (SCENE_CLASSES as readonly string[]).indexOf(name);
  return label >= 0 && names.indexOf(name) === index ? SCENE_COLORS[label] : undefined;
}

/** Base colours that are not too near to a taken one, and then the farthest ones. */
function furtherColors(count: number, taken: readonly string[]): string[] {
  const seen = taken.map((color) => appearance(fromHex(color)));
  const isFar = (color: string) => seen.every((other) => distance(appearance(fromHex(color)), other) > 0.08);
  const chosen = BASE_COLORS.filter(isFar).slice(0, count);
  if (chosen.length === count) return chosen;
  seen.push(...chosen.map((color) => appearance(fromHex(color))));
  const all = candidateColors();
  const nearest = all.map((candidate) => Math.min(...seen.map((other) => distance(candidate.seen, other))));
  while (chosen.length < count) {
    const best = nearest.indexOf(Math.max(...nearest));
    chosen.push(all[best].color);
    all.forEach((candidate, i) => {
      nearest[i] = Math.min(nearest[i], distance(candidate.seen, all[best].seen));
    });
  }
  return chosen;
}

let candidates: readonly Candidate[] | undefined;

/** Colours between dark and light that are not grey; made once. */
function candidateColors(): readonly Candidate[] {
  candidates ??= makeCandidates();
  return candidates;
}

function makeCandidates(): Candidate[] {
  const levels = Array.from({ length: LEVELS }, (_, i) => Math.round((255 * i) / (LEVELS - 1)));
  const colors = levels.flatMap((red) => levels.flatMap((green) => levels.map((blue): Rgb => [red, green, blue])));
  return colors.filter(isFit).map((color) => ({ color: toHex(color), seen: appearance(color) }));
}

function isFit(color: Rgb): boolean {
  const [lightness, a, b] = toLab(color);
  const { minLightness, maxLightness, minChroma } = FURTHER;
  return lightness >= minLightness && lightness <= maxLightness && Math.hypot(a, b) >= minChroma;
}
