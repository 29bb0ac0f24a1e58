#!/usr/bin/env node
// Jupyter starts this with the path of a connection file.
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const program = join(__dirname, "..", "dist", "kernel", "start.js");
if (!existsSync(program)) {
  console.error("setr: expected the built library in lib/dist, found none; run: npm run build");
  process.exit(1);
}
require(program);
