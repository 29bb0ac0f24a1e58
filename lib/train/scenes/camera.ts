import type { Draws } from "./draws";

/** How far the world is drawn beyond the frame, so that a turned frame is still full. */
export const MARGIN = 60;

/**
 * Where the frame stands in the world.
 *
 * Lengths in the picture are in units of 1/240 of its shorter side; at scale s a metre takes s of them. Scale grows in
 * proportion to the distance below the horizon, as it does on a level plain.
 */
export interface Camera {
  readonly width: number;
  readonly height: number;
  /** Row of the horizon; above the frame (below 0) when the camera looks down. */
  readonly horizon: number;
  /** Column of the point towards which the camera looks. */
  readonly center: number;
  /** Scale at the lower edge of the frame. */
  readonly nearScale: number;
  /** Degrees, and enlargement about a point of the frame. */
  readonly roll: number;
  readonly zoom: number;
  readonly zoomX: number;
  readonly zoomY: number;
  readonly mirrored: boolean;
}

/** What a kind of scene asks of its camera: ranges to draw from. */
export interface View {
  /** Range of the horizon as a share of the height. */
  readonly horizon: readonly [number, number];
  /** Range of the scale at the lower edge. */
  readonly nearScale: readonly [number, number];
  /** Range of the vanishing point as a share of the width; default 0.3..0.7. */
  readonly center?: readonly [number, number];
}

/** A camera for a picture of this size. */
export function drawCamera(draws: Draws, size: { height: number; width: number }, view: View): Camera {
  const shorter = Math.min(size.height, size.width);
  const [width, height] = [(240 * size.width) / shorter, (240 * size.height) / shorter];
  const steady = draws.chance(0.4);
  return {
    width,
    height,
    horizon: height * draws.between(...view.horizon),
    center: width * draws.between(...(view.center ?? [0.3, 0.7])),
    nearScale: draws.between(...view.nearScale),
    roll: steady ? 0 : draws.between(-8, 8),
    zoom: draws.chance(0.5) ? 1 : draws.between(1, 1.3),
    zoomX: width * draws.between(0.2, 0.8),
    zoomY: height * draws.between(0.3, 0.9),
    mirrored: draws.chance(0.5),
  };
}

/** Picture units per metre on the plain at this row. */
export function scaleAt(camera: Camera, y: number): number {
  return (camera.nearScale * (y - camera.horizon)) / (camera.height - camera.horizon);
}

/** Row of the plain at this scale. */
export function rowAt(camera: Camera, scale: number): number {
  return camera.horizon + (scale / camera.nearScale) * (camera.height - camera.horizon);
}

/**
 * Where a point of the world is seen.
 *
 * @param x metres to the right of the camera
 * @param up metres above the plain
 * @param scale that of its distance
 */
export function project(camera: Camera, x: number, up: number, scale: number): [number, number] {
  return [camera.center + x * scale, rowAt(camera, scale) - up * scale];
}

/** The six numbers of the SVG `matrix(...)` that takes the world to the frame: mirrored, turned, enlarged. */
export function frameMatrix(camera: Camera): readonly [number, number, number, number, number, number] {
  const angle = (camera.roll * Math.PI) / 180;
  const [x, y] = [camera.zoomX, camera.zoomY];
  const [cos, sin] = [camera.zoom * Math.cos(angle), camera.zoom * Math.sin(angle)];
  const flip = camera.mirrored ? -1 : 1;
  const [e, f] = [x - cos * x + sin * y, y - sin * x - cos * y];
  return [flip * cos, sin, flip * -sin, cos, camera.mirrored ? camera.width - e : e, f];
}
