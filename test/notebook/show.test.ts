import { expect, test } from "vitest";
import { showDisplay } from "../../lib/notebook/show";

test("showing outside a notebook is refused with advice", () => {
  expect(() => showDisplay({ data: { "text/plain": "a" } })).toThrow(
    "show: expected a cell of a tslab notebook, found none; save the figure to a file instead, or run this in a notebook",
  );
});
