import type { NdArray } from "../lib/arrays";
import type { Run } from "../lib/setr";

/** A run that captured these values, as if the engine had computed them in no time. */
export function runWith(config: Run["config"], values: ReadonlyMap<string, NdArray>): Run {
  const stats: Run["stats"] = {
    computed: [...values.keys()],
    fromMemory: [],
    fromDisk: [],
    computeSeconds: 0,
    readSeconds: 0,
    writeSeconds: 0,
    bytes: [...values.values()].reduce((sum, { data }) => sum + data.byteLength, 0),
    peakResidentBytes: 0,
  };
  return { config, values, seconds: 0, stats, get: (name) => values.get(name)! };
}
