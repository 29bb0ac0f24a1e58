/**
 * Our side of the benchmark: reads tasks as lines of JSON, answers each with the seconds it took.
 *
 * Run by the benchmark: node worker.js WEIGHTS.safetensors
 */
import { createInterface } from "node:readline";
import { type TaskOptions, Tasks } from "./tasks";

async function main(weights: string): Promise<void> {
  const tasks = new Tasks(weights);
  for await (const line of createInterface({ input: process.stdin })) {
    const { task, ...options } = JSON.parse(line) as { task: string } & TaskOptions;
    try {
      console.log(JSON.stringify(await tasks.run(task, options)));
    } catch (error) {
      console.log(JSON.stringify({ error: String(error) })); // the benchmark stops with this sentence
    }
  }
}

void main(process.argv[2] ?? "");
