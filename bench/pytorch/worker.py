"""PyTorch's side of the benchmark: reads tasks as lines of JSON, answers each with the seconds it took.

Run by the benchmark: python3 worker.py WEIGHTS.pth THREADS
"""

import json
import sys

import torch

import tasks


def main(weights, threads):
    torch.set_num_threads(threads)
    bench = tasks.Tasks(weights)
    for line in sys.stdin:
        try:
            with torch.no_grad():
                answer = bench.run(**json.loads(line))
        except Exception as error:  # the benchmark stops with this sentence
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
