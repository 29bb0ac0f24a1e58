import { SurveyError } from "../errors";
import type { ArrayJob } from "./slurm";

/** Where a Kubernetes job runs. */
export interface KubernetesPlace {
  /** The image that holds the project. */
  readonly container: string;
  /** A persistent volume claim that all pods can write to, and where it is mounted: `CLAIM:/PATH`. */
  readonly volume: string;
}

/**
 * The manifest of a Kubernetes Indexed Job, as JSON, which `kubectl apply -f -` takes: each pod does one shard.
 *
 * @throws SurveyError `kubernetes`
 */
export function kubernetesManifest({ command, workingFolder, tasks, jobs }: ArrayJob, place: KubernetesPlace): string {
  const [, claim, mountPath] = /^([a-z0-9][a-z0-9.-]*):(\/.*)$/.exec(place.volume) ?? [];
  if (claim === undefined) {
    throw new SurveyError("kubernetes", `volume: expected CLAIM:/PATH, found ${place.volume}`);
  }
  const container = {
    name: "survey",
    image: place.container,
    workingDir: workingFolder,
    command: [...command, "--shard", `auto/${tasks}`],
    resources: { requests: { cpu: String(jobs) } },
    volumeMounts: [{ name: "data", mountPath }],
  };
  const manifest = {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "setr-survey" },
    spec: {
      completionMode: "Indexed",
      completions: tasks,
      parallelism: tasks,
      backoffLimit: 6 * tasks,
      template: {
        spec: {
          restartPolicy: "OnFailure",
          containers: [container],
          volumes: [{ name: "data", persistentVolumeClaim: { claimName: claim } }],
        },
      },
    },
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
