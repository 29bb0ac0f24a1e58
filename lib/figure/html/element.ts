import { createHash } from "node:crypto";
import sharp from "sharp";
import type { RgbImage } from "../../arrays";
import type { Figure } from "../description";
import { escapeXml } from "../markup";
import { THEMES } from "../theme";
import type { Interactive } from "./interactive";
import { figureScript, pageStyle, plotlyScript } from "./scripts";

/** Where an element is to stand, and what it shows where scripts are off. */
export interface ElementOptions {
  readonly heading: "h1" | "h3";
  /** `output`: among the outputs of a notebook. */
  readonly place: "page" | "output";
  /** Whether it brings plotly.js along, where it is interactive. */
  readonly plotly: boolean;
  /** Markup of the static figure for a prefix of ids. */
  readonly picture: (prefix: string) => string;
}

/** Pixels per millimetre at which a page shows the static figure, where there is room. */
export const SCREEN_DENSITY = 5.6;

/** Of photos that an explorer shows, 1 to 100. */
const PHOTO_QUALITY = 90;

/** A figure as an element for a page: its title, its explorer's script and data, the static figure, its recipe. */
export async function figureElement(figure: Figure, options: ElementOptions): Promise<string> {
  const { heading, place, plotly, picture } = options;
  const { interactive } = figure;
  const payload = interactive ? await payloadOf(interactive) : "";
  const id = createHash("sha256").update(picture("")).update(payload).digest("hex").slice(0, 12);
  const still = picture(`setr-${id}-`);
  const title = escapeXml(figure.title);
  const classes = place === "output" ? "setr-figure setr-output" : "setr-figure";
  return [
    `<figure class="${classes}" data-figure="${id}" style="${themeStyle(figure)}" aria-label="${title}">`,
    `<style>\n${pageStyle()}</style>`,
    `<${heading} class="setr-title">${title}</${heading}>`,
    ...(interactive
      ? ['<details class="setr-static" open>', "<summary>Figure as printed</summary>", still, "</details>"]
      : [still]),
    recipeMarkup(figure),
    ...(interactive ? [`<script type="application/json" class="setr-data">${payload}</script>`] : []),
    ...(interactive && plotly ? [`<script>${plotlyScript()}</script>`] : []),
    ...(interactive ? [`<script>${figureScript(interactive.kind, id)}</script>`] : []),
    "</figure>",
  ].join("\n");
}

/** What the script reads: JSON with bytes in base64, pictures as PNG and photos as WebP. */
async function payloadOf({ data, arrays, images, photos }: Interactive): Promise<string> {
  const bytes = Object.entries(arrays).map(([name, array]) => [name, base64(array)]);
  const addresses = [
    ...Object.entries(images).map(async ([name, image]) => [name, await dataAddress(image, "png")]),
    ...Object.entries(photos).map(async ([name, image]) => [name, await dataAddress(image, "webp")]),
  ];
  const pictures = Object.fromEntries(await Promise.all(addresses));
  return JSON.stringify({ data, arrays: Object.fromEntries(bytes), images: pictures }).replaceAll("<", "\\u003c");
}

function base64({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}

async function dataAddress({ height, width, data }: RgbImage, format: "png" | "webp"): Promise<string> {
  const picture = sharp(data, { raw: { width, height, channels: 3 } });
  const file = format === "png" ? picture.png({ compressionLevel: 9 }) : picture.webp({ quality: PHOTO_QUALITY });
  return `data:image/${format};base64,${(await file.toBuffer()).toString("base64")}`;
}

/** Colours of the figure's theme, whatever the reader's system prefers. */
function themeStyle({ theme = "light", width }: Figure): string {
  const names = ["page", "text", "tick", "caption", "rule", "guide", "marker", "stamp"] as const;
  const colors = names.map((name) => `--setr-${name}:${THEMES[theme][name]}`);
  return [...colors, `--setr-width:${Math.round(width * SCREEN_DENSITY)}px`, `color-scheme:${theme}`].join(";");
}

function recipeMarkup({ recipe }: Figure): string {
  const entries = Object.entries(recipe).map(
    ([name, value]) => `<dt>${escapeXml(name)}</dt><dd>${escapeXml(value)}</dd>`,
  );
  if (entries.length === 0) return "";
  return `<details class="setr-recipe">\n<summary>How it was made</summary>\n<dl>${entries.join("\n")}</dl>\n</details>`;
}
