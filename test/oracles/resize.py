"""Writes pos-embed-resized.safetensors: position embeddings resized by torch.nn.functional.interpolate.

Run: python3 resize.py OUTPUT_FOLDER
"""

import sys

import torch
import torch.nn.functional as F
from safetensors import save


def main(folder):
    torch.manual_seed(23)
    grid = torch.randn(1, 3, 5, 7)  # [1, C, h, w]
    tensors = {"pos_embed": torch.cat([torch.randn(1, 1, 3), grid.flatten(2).transpose(1, 2)], 1)}
    for mode in "bilinear", "bicubic":
        for corners in False, True:
            for size in (11, 3), (4, 13):
                resized = F.interpolate(grid, size=size, mode=mode, align_corners=corners)
                name = f"{mode}.{'corners' if corners else 'centres'}.{size[0]}x{size[1]}"
                tensors[name] = resized.flatten(2).transpose(1, 2)
    save(f"{folder}/pos-embed-resized.safetensors", tensors, {"made_by": "test/oracles/resize.py"})


if __name__ == "__main__":
    main(sys.argv[1])
