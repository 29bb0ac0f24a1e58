"""The four figures by a plain script, from start to files: python3 figures.py WEIGHTS.pth OUT THREADS

As many pictures, points and panels as the notebooks draw by default, without what the notebooks show besides.
"""

import math
import os
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import torch

import tasks

WIDTH = 174 / 25.4  # inches
POINTS = [(0.55, 0.5), (0.85, 0.25), (0.15, 0.7)]  # fractions of height and width
PICTURES = 6


def save(figure, out, name):
    for extension in ("png", "svg", "pdf"):
        figure.savefig(os.path.join(out, f"{name}.{extension}"), dpi=300)
    plt.close(figure)


def panels(rows, columns, height):
    figure, axes = plt.subplots(rows, columns, figsize=(WIDTH, height * WIDTH), squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    return figure, list(axes.flat)


def picture(pixels):
    """Values between 0 and 1, [h, w, 3]."""
    return ((pixels[0] + 1) / 2).permute(1, 2, 0).numpy()


def position_figure(bench, out, side):
    bench.similarity()
    tiles = bench.similarities.reshape(side, side, side, side)[::2, ::2].flatten(0, 1).numpy()
    shown = math.isqrt(len(tiles))
    figure, axes = panels(shown, shown, 1)
    for axis, tile in zip(axes, tiles):
        axis.imshow(tile, cmap="viridis")
    save(figure, out, "figure-1")


def attention_figure(bench, out, name, pixels, points, side):
    """Picture and map side by side for each point of each picture; relative to the mean of all points."""
    pairs = []
    for each in pixels:
        _, bench.captured = bench.model(each, capture=True)
        bench.rollout_all()
        rollout = bench.rollout[1:, 1:]
        for y, x in points:
            row = rollout[int(y * side) * side + int(x * side)] / rollout.mean(dim=0) - 1
            pairs.append((picture(each), (x, y), row.reshape(side, side).numpy()))
    figure, axes = panels(len(pixels), 2 * len(points), len(pixels) / (2 * len(points)))
    for index, (image, (x, y), values) in enumerate(pairs):
        axes[2 * index].imshow(image)
        axes[2 * index].plot(x * image.shape[1], y * image.shape[0], "ro", markersize=3)
        axes[2 * index + 1].imshow(values, cmap="viridis", interpolation="bilinear")
    save(figure, out, name)


def feature_figure(bench, out, name, pixels, side):
    """Three principal components of Z1.. and U1.. as red, green and blue."""
    _, captured = bench.model(pixels, capture=True)
    maps = [value[0, 1:].reshape(side, side, -1) for key, value in captured.items() if key.startswith("Z")]
    maps += [value[0].permute(1, 2, 0) for key, value in captured.items() if key.startswith("U")]
    figure, axes = panels(math.ceil((len(maps) + 1) / 6), 6, math.ceil((len(maps) + 1) / 6) / 6)
    axes[0].imshow(picture(pixels))
    for axis, values in zip(axes[1:], maps):
        samples = values.flatten(0, 1)
        _, _, directions = torch.pca_lowrank(samples, q=min(13, samples.shape[1]), niter=7)
        colours = (samples - samples.mean(dim=0)) @ directions[:, :3]
        colours = (colours - colours.min()) / (colours.max() - colours.min())
        axis.imshow(colours.reshape(*values.shape[:2], 3).numpy(), interpolation="bilinear")
    save(figure, out, name)


def main(weights, out, threads):
    torch.set_num_threads(threads)
    os.makedirs(out, exist_ok=True)
    bench = tasks.Tasks(weights)
    bench.open()
    config = bench.model.config
    side = config["imageHeight"] // config["patchSize"]
    pixels = [bench.image().roll(shift, dims=3) for shift in range(PICTURES)]
    position_figure(bench, out, side)
    attention_figure(bench, out, "figure-2", pixels[:2], POINTS, side)
    for index in range(2):
        feature_figure(bench, out, f"figure-3-{index + 1}", pixels[index], side)
    attention_figure(bench, out, "figure-4", pixels, POINTS, side)


if __name__ == "__main__":
    with torch.no_grad():
        main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
