import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { Connection } from "../../lib/notebook/connection";
import { startKernel } from "../../lib/notebook/kernel";
import { spawnKernel } from "../../lib/notebook/kernelProcess";

const { createConnection, servers } = vi.hoisted(() => ({ createConnection: vi.fn(), servers: [] as Server[] }));

vi.mock(import("../../lib/notebook/connection"), async (original) => ({ ...(await original()), createConnection }));

const usualTemporary = process.env.TMPDIR;
let temporary: string;

beforeAll(async () => {
  // Its path is too long for Unix sockets: kernels get TCP ports.
  temporary = await mkdtemp(join(tmpdir(), `setr-${"long-".repeat(17)}`));
  process.env.TMPDIR = temporary;
});
afterAll(async () => {
  if (usualTemporary === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = usualTemporary;
  await rm(temporary, { recursive: true });
});
beforeEach(async () => {
  const actual = await vi.importActual<typeof import("../../lib/notebook/connection")>("../../lib/notebook/connection");
  createConnection.mockReset().mockImplementation(actual.createConnection);
  createConnection.mockImplementationOnce(async () => await taken(await actual.createConnection()));
});
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Takes one port of a connection. */
async function taken(connection: Connection): Promise<Connection> {
  const { transport, hb_port } = JSON.parse(readFileSync(connection.file, "utf8"));
  expect(transport).toBe("tcp");
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(hb_port, "127.0.0.1", resolve));
  return connection;
}

test("a kernel with a taken port ends with the reason on its standard error", async () => {
  const kernel = spawnKernel(await createConnection(), temporary, process.env);
  expect(await kernel.ended).toEqual({ code: 1, signal: null });
  await kernel.stop(0);
  expect(kernel.errorTail()).toMatch(/address already in use/i);
});

test("a runner whose kernel has a taken port starts another one on other ports", async () => {
  const kernel = await startKernel({ folder: temporary });
  expect(await kernel.execute("const size = 7;", { onOutput: () => {} })).toMatchObject({ status: "ok" });
  await kernel.close();
  expect(createConnection).toHaveBeenCalledTimes(2);
});
