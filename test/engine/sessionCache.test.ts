import { expect, test } from "vitest";
import { SessionCache } from "../../lib/engine/sessionCache";

function cacheOf(limit: number) {
  const released: string[] = [];
  const cache = new SessionCache<string>(limit, async (name) => {
    released.push(name);
  });
  const use = (name: string, work = async (made: string) => made) => cache.use(name, async () => name, work);
  return { cache, released, use };
}

test("the least recently used beyond the limit are given back", async () => {
  const { cache, released, use } = cacheOf(2);
  for (const name of ["a", "b", "a", "c"]) expect(await use(name)).toBe(name);
  await new Promise(setImmediate);
  expect(released).toEqual(["b"]);
  await cache.clear();
  expect(released.sort()).toEqual(["a", "b", "c"]);
});

test("one that is in use is given back only when its users are done", async () => {
  const { cache, released, use } = cacheOf(1);
  let finish = () => {};
  const running = use("a", () => new Promise((resolve) => (finish = () => resolve("done"))));
  await use("b");
  await new Promise(setImmediate);
  expect(released).toEqual([]);
  const cleared = cache.clear();
  finish();
  expect(await running).toBe("done");
  await cleared;
  expect(released.sort()).toEqual(["a", "b"]);
});

test("what cannot be made is not kept, and disturbs no other", async () => {
  const { cache, released, use } = cacheOf(1);
  const fail = () =>
    cache.use(
      "a",
      () => Promise.reject(new Error("no")),
      async () => "never",
    );
  await expect(fail()).rejects.toThrow("no");
  expect(await use("a")).toBe("a");
  expect(await use("b")).toBe("b");
  await cache.clear();
  expect(released).toEqual(["a", "b"]);
});
