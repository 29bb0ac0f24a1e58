import { FigureError } from "../errors";
import type { CircleElement, Figure, LineElement, PathElement, RectElement } from "./description";
import { MM_PER_POINT } from "./style";

/** Text as it may stand between tags or in a quoted attribute; characters that XML 1.0 forbids become U+FFFD. */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "\uFFFD")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** A length for an attribute: at most four decimals. */
export function decimal(value: number): string {
  return String(Math.round(value * 1e4) / 1e4 || 0);
}

/** Attributes of a tag, each preceded by a space; `undefined` ones are left out. */
export function attributes(values: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${typeof value === "number" ? decimal(value) : escapeXml(value as string)}"`)
    .join("");
}

/** An SVG tag for a line, path, rectangle or circle; lengths in mm. */
export function shapeMarkup(shape: LineElement | PathElement | RectElement | CircleElement): string {
  const { id } = shape;
  const strokeWidth = shape.strokeWidth * MM_PER_POINT;
  if (shape.kind === "line") {
    const { x1, y1, x2, y2, color } = shape;
    return `<line${attributes({ id, x1, y1, x2, y2, stroke: color, "stroke-width": strokeWidth })}/>`;
  }
  if (shape.kind === "path") {
    const round = { "stroke-linejoin": "round", "stroke-linecap": "round" };
    const stroke = { stroke: shape.color, "stroke-width": strokeWidth, ...round };
    const opacity = shape.opacity < 1 ? shape.opacity : undefined;
    return `<path${attributes({ id, d: pathData(shape.lines), fill: "none", ...stroke, "stroke-opacity": opacity })}/>`;
  }
  const paint = { fill: shape.fill, stroke: shape.stroke, "stroke-width": strokeWidth };
  if (shape.kind === "circle") {
    return `<circle${attributes({ id, cx: shape.x, cy: shape.y, r: shape.radius, ...paint })}/>`;
  }
  const { x, y, width, height } = shape;
  return `<rect${attributes({ id, x, y, width, height, rx: shape.radius || undefined, ...paint })}/>`;
}

/** Path data of some lines; level and upright pieces in their short forms. */
function pathData(lines: readonly (readonly number[])[]): string {
  return lines
    .map((line) => {
      const numbers = line.map(decimal);
      const pieces = [`M${numbers[0]} ${numbers[1]}`];
      for (let i = 2; i < numbers.length; i += 2) {
        const [x, y] = [numbers[i], numbers[i + 1]];
        pieces.push(y === numbers[i - 1] ? `H${x}` : x === numbers[i - 2] ? `V${y}` : `L${x} ${y}`);
      }
      return pieces.join("");
    })
    .join("");
}

/** The recipe as text, one `name: value` per line. */
export function recipeText(figure: Figure): string {
  return Object.entries(figure.recipe)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
}

/**
 * Title and recipe as RDF (Dublin Core title and description), for the metadata of SVG and XMP.
 *
 * @param figure has the title and the recipe
 * @param date written too when it is given
 * @throws FigureError `option-invalid` for a date that there is not
 */
export function recipeRdf(figure: Figure, date?: Date): string {
  const text = (value: string) => `<rdf:Alt><rdf:li xml:lang="x-default">${escapeXml(value)}</rdf:li></rdf:Alt>`;
  const day = date === undefined ? "" : `<dc:date><rdf:Seq><rdf:li>${isoDate(date)}</rdf:li></rdf:Seq></dc:date>`;
  return (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/">' +
    `<rdf:Description rdf:about=""><dc:title>${text(figure.title)}</dc:title>` +
    `<dc:description>${text(recipeText(figure))}</dc:description>${day}</rdf:Description></rdf:RDF>`
  );
}

/** Title and recipe as an XMP packet, for the metadata of PNG and PDF; date as for {@link recipeRdf}. */
export function xmpPacket(figure: Figure, date?: Date): string {
  return (
    '<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>' +
    `<x:xmpmeta xmlns:x="adobe:ns:meta/">${recipeRdf(figure, date)}</x:xmpmeta><?xpacket end="w"?>`
  );
}

/** To the second, in UTC. */
function isoDate(date: Date): string {
  if (Number.isNaN(date.getTime())) throw new FigureError("option-invalid", "date: expected a date, found none");
  return date.toISOString().replace(/\.\d+Z$/, "Z");
}
