// Speed and memory of `setr survey`: node bench/survey.mjs [PICTURES] [FOLDER]
// Measures drawn scenes with the weights in the box, in one process and in two, on a machine that does nothing else; prints
// images per second, their ratio, and the peak memory of all processes together in each quarter of the time.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const pictures = Number(process.argv[2] ?? 2000);
if (!Number.isInteger(pictures) || pictures < 1) {
  console.error(`bench: expected a whole number of pictures, found ${process.argv[2]}`);
  process.exit(1);
}
if (process.argv[3] && existsSync(process.argv[3])) {
  console.error(`bench: expected a new folder, found ${process.argv[3]}, whose surveys would be gone on with`);
  process.exit(1);
}
const folder = process.argv[3] ?? mkdtempSync(join(tmpdir(), "setr-bench-"));
const PROGRAM = join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "..", "lib", "bin", "setr.js");
const MEASURES = "distance,entropy,confidence,iou,focus,pooled";
const SAMPLE_MS = 500;

/** A process and all that it started. */
function family(root) {
  const parents = new Map();
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
    } catch {
      // gone
    }
  }
  const members = new Set([root]);
  for (let before = 0; before < members.size; ) {
    before = members.size;
    for (const [id, parent] of parents) if (members.has(parent)) members.add(id);
  }
  return [...members];
}

/** Memory that these processes do not share, and their part of what they do, in MB. */
function memory(ids) {
  let kilobytes = 0;
  for (const id of ids) {
    try {
      kilobytes += Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${id}/smaps_rollup`, "utf8"))[1]);
    } catch {
      // gone
    }
  }
  return kilobytes / 1024;
}

function run(jobs) {
  const out = join(folder, `jobs-${jobs}`);
  const words = ["survey", "--weights", "default", "--images", `scenes:0..${pictures - 1}`, "--measure", MEASURES];
  const start = performance.now();
  const child = spawn(process.execPath, [PROGRAM, ...words, "--jobs", String(jobs), "--out", out], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const samples = [];
  const timer = setInterval(() => samples.push(memory(family(child.pid))), SAMPLE_MS);
  return new Promise((resolve) => {
    child.on("exit", (status) => {
      clearInterval(timer);
      resolve({ status, seconds: (performance.now() - start) / 1000, samples });
    });
  });
}

/** The highest value of each quarter. */
function quarters(samples) {
  const length = Math.ceil(samples.length / 4);
  return [0, 1, 2, 3].map((i) => Math.max(...samples.slice(i * length, (i + 1) * length)));
}

const rates = [];
for (const jobs of [1, 2]) {
  const { status, seconds, samples } = await run(jobs);
  const peaks = quarters(samples);
  rates.push(pictures / seconds);
  const change = 100 * (peaks[3] / peaks[1] - 1);
  console.log(`--jobs ${jobs}: ${(pictures / seconds).toFixed(2)} images/s, ${seconds.toFixed(0)} s, status ${status}`);
  console.log(`  peak MB by quarter: ${peaks.map((peak) => peak.toFixed(0)).join(", ")}`);
  console.log(`  last quarter against the second: ${change.toFixed(1)} %`);
}
console.log(`two processes against one: ${(rates[1] / rates[0]).toFixed(2)} times`);
console.log(folder);
