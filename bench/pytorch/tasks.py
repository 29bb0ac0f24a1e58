"""The tasks of the benchmark in PyTorch, and in matplotlib where a user would take that."""

import math
import platform
import re
import time

import torch

from setr import Setr


class Tasks:
    def __init__(self, weights):
        self.weights = weights
        self.model = None
        self.captured = {}
        self.inputs = {}

    def run(self, task, **options):
        start = time.perf_counter()
        values = getattr(self, task)(**options) or {}
        return {"seconds": time.perf_counter() - start, **values}

    def about(self):
        import matplotlib

        return {
            "version": torch.__version__,
            "python": platform.python_version(),
            "matplotlib": matplotlib.__version__,
            "blas": loaded_blas(),
            "threads": torch.get_num_threads(),
        }

    def open(self):
        stored = torch.load(self.weights, map_location="cpu")
        self.model = Setr(stored["config"])
        self.model.load_state_dict(stored["state_dict"])
        self.model.eval()

    def image(self, height=None, width=None):
        """sin(0), sin(1), ...: the same input on both sides; made once."""
        config = self.model.config
        shape = (1, 3, height or config["imageHeight"], width or config["imageWidth"])
        if shape not in self.inputs:
            self.inputs[shape] = torch.arange(math.prod(shape), dtype=torch.float64).sin().float().reshape(shape)
        return self.inputs[shape]

    def forward(self):
        self.model(self.image())

    def layer(self, layer):
        self.model(self.image(), last=layer)

    def captured_forward(self):
        self.captured = {}
        _, self.captured = self.model(self.image(), capture=True)

    def scores(self, path):
        logits, _ = self.model(self.image())
        logits.numpy().tofile(path)

    def attentions(self):
        depth = self.model.config["depth"]
        return [self.captured[f"A{layer}.mean"][0] for layer in range(1, depth + 1)]

    def rollout_all(self):
        identity = torch.eye(self.attentions()[0].shape[0])
        result = identity
        for attention in self.attentions():
            fused = 0.5 * attention + 0.5 * identity
            result = (fused / fused.sum(dim=-1, keepdim=True)) @ result
        self.rollout = result

    def rollout_point(self, token):
        """A row through the layers, from the last one down; no matrix is made."""
        attentions = self.attentions()
        row = torch.zeros(attentions[0].shape[0])
        row[token] = 1
        for attention in reversed(attentions):
            shares = row / (0.5 * attention.sum(dim=-1) + 0.5)
            row = 0.5 * (shares @ attention) + 0.5 * shares

    def similarity(self):
        units = torch.nn.functional.normalize(self.model.backbone.pos_embed[0, 1:], dim=1)
        self.similarities = units @ units.T

    def pca(self):
        """Randomised as in scikit-learn's PCA at these sizes: ten more directions than asked for, seven iterations."""
        for layer in range(1, self.model.config["depth"] + 1):
            torch.pca_lowrank(self.captured[f"Z{layer}"][0, 1:], q=13, niter=7)

    def slide(self, height, width, stride):
        """Windows as in mmsegmentation's slide_inference: scores summed, divided by how often a pixel was seen."""
        size, classes = self.model.config["imageHeight"], self.model.config["numClasses"]
        image = self.image(height, width)
        sums, counts = torch.zeros(1, classes, height, width), torch.zeros(1, 1, height, width)
        for top in window_starts(height, size, stride):
            for left in window_starts(width, size, stride):
                logits, _ = self.model(image[:, :, top : top + size, left : left + size])
                sums[:, :, top : top + size, left : left + size] += logits
                counts[:, :, top : top + size, left : left + size] += 1
        sums /= counts

    def figure_1(self, path):
        """Axes for each tile, as the usual script draws them."""
        import matplotlib

        matplotlib.use("Agg")
        import matplotlib.pyplot as plt

        self.similarity()
        side = math.isqrt(self.similarities.shape[0])
        tiles = self.similarities.reshape(side, side, side, side).numpy()
        figure, axes = plt.subplots(side, side, figsize=(174 / 25.4, 174 / 25.4))
        for row in range(side):
            for column in range(side):
                axes[row, column].imshow(tiles[row, column], cmap="viridis")
                axes[row, column].axis("off")
        figure.savefig(path, dpi=300)
        plt.close(figure)


def window_starts(length, size, stride):
    count = max(0, math.ceil((length - size) / stride)) + 1
    return [min(index * stride, length - size) for index in range(count)]


def loaded_blas():
    """The library that is loaded, or what torch says it was built with."""
    with open("/proc/self/maps") as maps:
        names = {line.split("/")[-1].strip() for line in maps if re.search(r"blas|libmkl_rt", line)}
    built = re.search(r"BLAS_INFO=(\w+)", torch.__config__.show())
    return ", ".join(sorted(names)) or (built.group(1) if built else "unknown")
