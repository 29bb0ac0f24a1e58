/** An SVG element without its brackets and colour, e.g. `circle cx="1" cy="2" r="3"`. */
export type Shape = string;

/** Coordinates in turn: x, y, x, y ... */
export type Points = readonly number[];

const short = (value: number) => `${Math.round(value * 10) / 10}`;

/** An upright ellipse about (x, y). */
export function ellipse(x: number, y: number, rx: number, ry = rx): Shape {
  return `ellipse cx="${short(x)}" cy="${short(y)}" rx="${short(rx)}" ry="${short(ry)}"`;
}

/** A rectangle by its top left corner, with rounded corners where a radius is given. */
export function rect(x: number, y: number, width: number, height: number, radius = 0): Shape {
  const corners = radius > 0 ? ` rx="${short(radius)}"` : "";
  return `rect x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}"${corners}`;
}

/** A closed outline with straight sides. */
export function polygon(points: Points): Shape {
  return `path d="M${points.map(short).join(" ")}Z"`;
}

/** A closed outline that runs smoothly through its points (Catmull-Rom). */
export function blob(points: Points): Shape {
  const count = points.length / 2;
  const x = (i: number) => points[2 * ((i + count) % count)];
  const y = (i: number) => points[2 * ((i + count) % count) + 1];
  let path = `M${short(x(0))} ${short(y(0))}`;
  for (let i = 0; i < count; i++) {
    const controls = [
      x(i) + (x(i + 1) - x(i - 1)) / 6,
      y(i) + (y(i + 1) - y(i - 1)) / 6,
      x(i + 1) - (x(i + 2) - x(i)) / 6,
      y(i + 1) - (y(i + 2) - y(i)) / 6,
      x(i + 1),
      y(i + 1),
    ];
    path += `C${controls.map(short).join(" ")}`;
  }
  return `path d="${path}Z"`;
}

/** A path by its commands. */
export function path(commands: string): Shape {
  return `path d="${commands}"`;
}

/** A straight bar with round ends from one point to another. */
export function bar(x1: number, y1: number, x2: number, y2: number, thickness: number): Shape {
  const length = Math.hypot(x2 - x1, y2 - y1);
  const [along, across] = [(x2 - x1) / length, (y2 - y1) / length];
  const [dx, dy] = [(across * thickness) / 2, (-along * thickness) / 2];
  const radius = short(thickness / 2);
  const arc = `A${radius} ${radius} 0 0 1 `;
  const at = (x: number, y: number) => `${short(x)} ${short(y)}`;
  return path(
    `M${at(x1 + dx, y1 + dy)}L${at(x2 + dx, y2 + dy)}${arc}${at(x2 - dx, y2 - dy)}L${at(x1 - dx, y1 - dy)}${arc}${at(x1 + dx, y1 + dy)}Z`,
  );
}
