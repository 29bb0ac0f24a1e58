import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliDecompressSync } from "node:zlib";

const FIXTURES = join(__dirname, "fixtures");
const EXPANDED = join(FIXTURES, "expanded");

/** Expected values are kept compressed; before the tests they are expanded beside the other fixtures. */
export default function expandFixtures(): void {
  mkdirSync(EXPANDED, { recursive: true });
  for (const name of readdirSync(FIXTURES).filter((file) => file.endsWith(".br"))) {
    const [from, to] = [join(FIXTURES, name), join(EXPANDED, name.slice(0, -".br".length))];
    if (existsSync(to) && statSync(to).mtimeMs >= statSync(from).mtimeMs) continue;
    writeFileSync(`${to}.tmp`, brotliDecompressSync(readFileSync(from)));
    renameSync(`${to}.tmp`, to);
  }
}
