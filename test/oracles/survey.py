"""Computes by itself what `setr survey --measure iou` computes: the pixels that the model sees, and IoU from its scores.

Run by test/survey/oracle.test.ts; needs numpy alone.
  survey.py inputs IN.safetensors OUT.safetensors SETTINGS   windows of pictures at every size, plain and mirrored
  survey.py scores IN.safetensors SETTINGS                   JSON: IoU of every class, their mean, pixel accuracy
SETTINGS is JSON: size, classes, and for windows stride, short, ratios.
"""

import json
import sys

import numpy as np
from safetensors import load, save

MEAN = np.array([123.675, 116.28, 103.53])
STD = np.array([58.395, 57.12, 57.375])


def resize_axis(x, length, axis):
    """Bilinear, corners not aligned, in double precision."""
    source = x.shape[axis]
    position = np.clip((np.arange(length) + 0.5) * source / length - 0.5, 0, source - 1)
    low = np.floor(position).astype(int)
    high = np.minimum(low + 1, source - 1)
    shape = [1] * x.ndim
    shape[axis] = length
    share = (position - low).reshape(shape)
    x = x.astype(np.float64)
    return np.take(x, low, axis) * (1 - share) + np.take(x, high, axis) * share


def scaled(height, width, settings, ratio):
    """The shorter side at `short` times the ratio, at least as large as a window."""
    short = max(int(settings["short"] * ratio), settings["size"])
    factor = short / min(height, width)
    return int(height * factor + 0.5), int(width * factor + 0.5)


def starts(length, settings):
    size, stride = settings["size"], settings["stride"]
    count = max(length - size + stride - 1, 0) // stride + 1
    return [min(i * stride, length - size) for i in range(count)]


def passes(height, width, settings):
    """Name, height, width, mirrored, and the windows of every pass over a picture."""
    for ratio in settings["ratios"]:
        h, w = scaled(height, width, settings, ratio)
        windows = [(top, left) for top in starts(h, settings) for left in starts(w, settings)]
        for mirrored in False, True:
            yield f"{ratio}/{mirrored}", h, w, mirrored, windows


def inputs(path, out, settings):
    size, tensors = settings["size"], {}
    for name, image in load(path).items():
        kind, number = name.split("/")
        if kind != "image":
            continue
        for which, h, w, mirrored, windows in passes(*image.shape[:2], settings):
            resized = np.floor(resize_axis(resize_axis(image, h, 0), w, 1) + 0.5)
            resized = resized[:, ::-1] if mirrored else resized
            pixels = ((resized - MEAN) / STD).transpose(2, 0, 1)[None]
            for top, left in windows:
                tensors[f"{number}/{which}/{top}/{left}"] = pixels[:, :, top : top + size, left : left + size]
    save(out, tensors)


def slide(tensors, number, which, h, w, windows, settings):
    """Sums and counts in single precision, as the windows come."""
    size = settings["size"]
    total = np.zeros((settings["classes"], h, w), np.float32)
    count = np.zeros((h, w), np.float32)
    for top, left in windows:
        total[:, top : top + size, left : left + size] += tensors[f"{number}/{which}/{top}/{left}"][0]
        count[top : top + size, left : left + size] += 1
    return total / count


def found(tensors, number, height, width, settings):
    """The most probable class of every pixel; probabilities of several passes are averaged in single precision."""
    if "stride" in settings:
        all_passes = [
            (slide(tensors, number, which, h, w, windows, settings), mirrored)
            for which, h, w, mirrored, windows in passes(height, width, settings)
        ]
    else:
        all_passes = [(tensors[f"logits/{number}"][0], False)]
    sums = np.zeros((settings["classes"], height, width), np.float32)
    for logits, mirrored in all_passes:
        scores = resize_axis(resize_axis(logits, height, 1), width, 2)
        powers = np.exp(scores - scores.max(0))
        probabilities = powers / powers.sum(0)
        sums = (sums + (probabilities[:, :, ::-1] if mirrored else probabilities)).astype(np.float32)
    return sums.argmax(0)


def scores(path, settings):
    """Labels are stored with 0 and 255 for pixels that do not count, and k + 1 for class k."""
    tensors, classes = load(path), settings["classes"]
    intersection, union = np.zeros(classes), np.zeros(classes)
    right = counted = 0
    for name in tensors:
        if not name.startswith("label/"):
            continue
        label = tensors[name].astype(int)
        prediction = found(tensors, name.split("/")[1], *label.shape, settings)
        valid = (label != 0) & (label != 255)
        label, prediction = label[valid] - 1, prediction[valid]
        right += (label == prediction).sum()
        counted += valid.sum()
        for k in range(classes):
            intersection[k] += ((label == k) & (prediction == k)).sum()
            union[k] += ((label == k) | (prediction == k)).sum()
    iou = [float(i / u) if u > 0 else None for i, u in zip(intersection, union)]
    mean = float(np.mean([value for value in iou if value is not None]))
    print(json.dumps({"iou": iou, "meanIoU": mean, "pixelAccuracy": float(right / counted)}))


if __name__ == "__main__":
    if sys.argv[1] == "inputs":
        inputs(sys.argv[2], sys.argv[3], json.loads(sys.argv[4]))
    else:
        scores(sys.argv[2], json.loads(sys.argv[3]))
