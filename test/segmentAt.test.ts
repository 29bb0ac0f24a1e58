import { expect, test } from "vitest";
import { segmentAt } from "../lib/segmentAt";

// 3 x 5: two parts of class 7 that touch only at a corner, and class 2 around them
const classes = Uint16Array.from([7, 7, 2, 2, 2, 2, 7, 2, 7, 7, 2, 2, 7, 2, 2]);
const mask = { height: 3, width: 5, classes };

test("a segment is all that is connected by sides with the place and has its class", () => {
  const segment = segmentAt(mask, { y: 0, x: 0 });
  expect(segment).toMatchObject({ classIndex: 7, area: 3 });
  expect([...(segment.region.mask as Uint8Array)]).toEqual([1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  expect(segmentAt(mask, { y: 0.5, x: 0.999 })).toMatchObject({ classIndex: 7, area: 2 });
  expect(segmentAt(mask, { y: 1, x: 0.5 })).toMatchObject({ classIndex: 7, area: 1 });
  expect(segmentAt(mask, { y: 1, x: 1 })).toMatchObject({ classIndex: 2, area: 2 });
});

test("a place outside the picture is refused", () => {
  expect(() => segmentAt(mask, { y: 1.01, x: 0 })).toThrow("place: expected fractions from 0 to 1, found y 1.01, x 0");
});
