import type { Font } from "fontkit";
import PDFDocument from "pdfkit";
import { version } from "../version";
import { checkNumber } from "./checks";
import type { Figure, FigureElement, RasterElement, TextElement, VectorElement } from "./description";
import { isRaster, opacityOf } from "./description";
import { type EmbeddedRaster, embedRasters } from "./embed";
import { freshFont, measureText, textPieces } from "./font";
import { recipeText, xmpPacket } from "./markup";
import { COLOR, MM_PER_POINT } from "./style";
import { colorOf, withColors } from "./theme";

/** Options of {@link renderPdf}. */
export interface PdfOptions {
  /**
   * Pixels per inch that pictures have at the least, 36..2400; default 300. More where their data has more; those that are
   * interpolated between their values are not enlarged beyond 300.
   */
  readonly dpi?: number;
  /** Written into the metadata; default none, so that the same figure gives the same bytes. */
  readonly date?: Date;
}

/** Most pixels per millimetre that interpolated rasters are enlarged to: 300 per inch. */
const SMOOTH_DENSITY = 300 / 25.4;

/** How far the page's colour reaches over its edges, points. */
const BLEED = 9;

type Document = PDFKit.PDFDocument;

/** Hands out the fonts of one document. */
type FontSource = (element: TextElement, file: Parameters<typeof freshFont>[0]) => { font: Font; name: string };

/**
 * A figure as a PDF file of one page in its size.
 *
 * Lines and shapes are drawn as such. Text is text, to select and to search, set in Inter, of which the letters that
 * occur are embedded; a character that Inter lacks is drawn as `?`. Rasters are embedded without loss, each once however
 * often it is shown; flat cells are enlarged by whole numbers, so that no viewer blurs them. Title and recipe are the
 * document's title and subject, and stand in its XMP. The same figure always gives the same bytes.
 *
 * @param figure the description
 * @param options resolution and date
 * @returns the file
 * @throws FigureError `option-invalid` for a resolution outside 36..2400 or a date that there is not
 */
export async function renderPdf(figure: Figure, options: PdfOptions = {}): Promise<Buffer> {
  const density = checkNumber("dpi", options.dpi ?? 300, 36, 2400) / 25.4;
  const metadata = xmpPacket(figure, options.date);
  const { elements } = withColors(figure);
  const smooth = Math.min(density, SMOOTH_DENSITY);
  const rasters = await embedRasters(elements, { smooth, mosaic: density, cells: density });
  const document = new FigureDocument(figure, metadata, options.date);
  const [width, height] = [points(figure.width), points(figure.height)];
  // Beyond the page, so that a viewer's last row of pixels is not partly white.
  document.rect(-BLEED, -BLEED, width + 2 * BLEED, height + 2 * BLEED).fill(colorOf(COLOR.page, figure.theme));
  drawElements(document, elements, rasters);
  return document.finish();
}

/** A page, and metadata of the project's own: pdfkit's names the time of writing. */
class FigureDocument extends PDFDocument {
  readonly #metadata: string;
  readonly #date: Date | undefined;

  constructor(figure: Figure, metadata: string, date: Date | undefined) {
    super({
      size: [points(figure.width), points(figure.height)],
      margin: 0,
      pdfVersion: "1.4",
      lang: "en",
      displayTitle: true,
      font: null as unknown as string, // none until text asks for one
      info: {
        Title: figure.title,
        Subject: recipeText(figure).replaceAll("\n", "; "),
        Creator: `setr ${version}`,
        CreationDate: date ?? new Date(0), // part of the file's identifier
      },
    });
    this.#metadata = metadata;
    this.#date = date;
  }

  /** Called by pdfkit at the end of the document. */
  override endMetadata(): void {
    const stream = this.ref({ Type: "Metadata", Subtype: "XML" });
    stream.compress = false;
    stream.end(Buffer.from(this.#metadata));
    (this as unknown as { _root: { data: Record<string, unknown> } })._root.data.Metadata = stream;
  }

  /** The whole file; nothing can be drawn after it. */
  async finish(): Promise<Buffer> {
    if (this.#date === undefined) delete this.info.CreationDate;
    this.end();
    const chunks: Buffer[] = [];
    for await (const chunk of this) chunks.push(Buffer.from(chunk as Uint8Array));
    return Buffer.concat(chunks);
  }
}

function drawElements(
  document: Document,
  elements: readonly FigureElement[],
  rasters: ReadonlyMap<FigureElement, EmbeddedRaster>,
): void {
  const images = new Map<EmbeddedRaster, unknown>();
  const fonts = fontSource();
  for (const element of elements) {
    document.save();
    const raster = rasters.get(element);
    if (isRaster(element) && raster) {
      const image = images.get(raster) ?? openImage(document, raster);
      images.set(raster, image);
      drawImage(document, element, image);
    } else if (element.kind === "text") drawText(document, element, fonts);
    else if (!isRaster(element)) drawShape(document, element);
    document.restore();
  }
}

function fontSource(): FontSource {
  const fonts = new Map<string, Font>();
  return ({ weight }, file) => {
    const name = `${file}-${weight}`;
    const font = fonts.get(name) ?? freshFont(file, weight);
    fonts.set(name, font);
    return { font, name };
  };
}

/** An image that can be drawn several times. */
function openImage(document: Document, { png }: EmbeddedRaster): unknown {
  return (document as unknown as { openImage(data: Buffer): unknown }).openImage(png);
}

function drawImage(document: Document, element: RasterElement, image: unknown): void {
  const { x, y, width, height } = element;
  if (opacityOf(element) < 1) document.opacity(opacityOf(element));
  document.image(image as Buffer, points(x), points(y), { width: points(width), height: points(height) });
}

function drawText(document: Document, line: TextElement, fonts: FontSource): void {
  const [x, y] = [points(line.x), points(line.y)];
  const width = measureText(line.runs, line.size, line.weight);
  const before = { start: 0, middle: width / 2, end: width }[line.anchor];
  if (line.rotation !== 0) document.rotate(line.rotation, { origin: [x, y] });
  document.fillColor(line.color);
  for (const piece of textPieces(line.runs, line.size, line.weight)) {
    const { font, name } = fonts(line, piece.file);
    document.font(font as unknown as string, name, piece.size);
    // No-break spaces share their glyph with spaces, and would be found in their place.
    document.text(piece.text.replaceAll("\u00a0", " "), x + points(piece.x - before), y + points(piece.y), {
      lineBreak: false,
      baseline: "alphabetic",
      features: [...piece.features], // an empty list lays out the whole piece at once
    });
  }
}

function drawShape(document: Document, shape: Exclude<VectorElement, TextElement>): void {
  document.lineWidth(shape.strokeWidth);
  if (shape.kind === "line") {
    document.moveTo(points(shape.x1), points(shape.y1)).lineTo(points(shape.x2), points(shape.y2)).stroke(shape.color);
    return;
  }
  if (shape.kind === "path") {
    for (const line of shape.lines) drawLine(document, line.map(points));
    document.lineJoin("round").lineCap("round").strokeOpacity(shape.opacity).stroke(shape.color);
    return;
  }
  const { x, y } = shape;
  if (shape.kind === "circle") document.circle(points(x), points(y), points(shape.radius));
  else {
    const size = [points(shape.width), points(shape.height)] as const;
    if (shape.radius > 0) document.roundedRect(points(x), points(y), ...size, points(shape.radius));
    else document.rect(points(x), points(y), ...size);
  }
  const { fill, stroke } = shape;
  if (fill !== "none" && stroke !== "none") document.fillAndStroke(fill, stroke);
  else if (fill !== "none") document.fill(fill);
  else if (stroke !== "none") document.stroke(stroke);
}

function drawLine(document: Document, line: readonly number[]): void {
  document.moveTo(line[0], line[1]);
  for (let i = 2; i < line.length; i += 2) document.lineTo(line[i], line[i + 1]);
}

/** Millimetres as points. */
function points(length: number): number {
  return length / MM_PER_POINT;
}
