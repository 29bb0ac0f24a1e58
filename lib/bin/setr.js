#!/usr/bin/env node
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const program = join(__dirname, "..", "dist", "cli.js");
if (!existsSync(program)) {
  console.error("setr: expected the built library in lib/dist, found none; run: npm run build");
  process.exit(1);
}
require(program);
