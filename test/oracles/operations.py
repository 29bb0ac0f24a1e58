"""Writes operations.safetensors: inputs and what PyTorch computes from them, for each operation the model is written in.

Run: python3 operations.py OUTPUT_FOLDER
"""

import sys

import torch
import torch.nn.functional as F
from safetensors import save


def attention(qkv, heads):
    query, key, value = (part.unflatten(-1, (heads, -1)).transpose(1, 2) for part in qkv.chunk(3, -1))  # [B, H, N, D]
    probabilities = torch.softmax(query @ key.transpose(-1, -2) / query.shape[-1] ** 0.5, -1)
    return (probabilities @ value).transpose(1, 2).flatten(2)


def main(folder):
    torch.manual_seed(31)
    x = torch.randn(2, 5, 7)  # [B, N, C]
    weight, bias = torch.randn(3, 7), torch.randn(3)
    scale, shift = torch.randn(7), torch.randn(7)
    a, b = torch.randn(2, 3, 5, 4), torch.randn(2, 3, 4, 6)
    image = torch.randn(2, 3, 6, 8)  # [B, C, h, w]
    kernel3, kernel2, kernel1 = torch.randn(5, 3, 3, 3), torch.randn(5, 3, 2, 2), torch.randn(5, 3, 1, 1)
    channels, mean, var = torch.randn(5), torch.randn(3), torch.rand(3) + 0.5
    image_scale, image_shift = torch.randn(3), torch.randn(3)
    wide = torch.tensor([[-9.0, -3.0, -1.0, -0.1, 0.0, 0.2, 1.0, 4.0, 9.0]])
    row = torch.randn(1, 1, 7)
    qkv = torch.randn(2, 5, 3 * 12)  # [B, N, 3C], three heads of 4

    tensors = dict(x=x, weight=weight, bias=bias, scale=scale, shift=shift, a=a, b=b, image=image, kernel3=kernel3)
    tensors.update(kernel2=kernel2, kernel1=kernel1, channels=channels, mean=mean, var=var, wide=wide, row=row)
    tensors.update(qkv=qkv, image_scale=image_scale, image_shift=image_shift)
    interpolate = lambda size, corners: F.interpolate(image, size=size, mode="bilinear", align_corners=corners)
    results = {
        "linear": F.linear(x, weight, bias),
        "matMul": a @ b,
        "attention": attention(qkv, 3),
        "layerNorm": F.layer_norm(x, (7,), scale, shift, 1e-6),
        "gelu": F.gelu(wide),
        "relu": F.relu(wide),
        "softmax": torch.softmax(x, -1),
        "softmax of large values": torch.softmax(100 * wide, -1),
        "conv2d 3x3": F.conv2d(image, kernel3, channels, 1, 1),
        "conv2d 1x1 without bias": F.conv2d(image, kernel1),
        "conv2d of patches": F.conv2d(image, kernel2, channels, 2),
        "batchNorm": F.batch_norm(image, mean, var, image_scale, image_shift, False, 0.0, 1e-5),
        "resizeBilinear, twice as large": interpolate((12, 16), False),
        "resizeBilinear, corners aligned": interpolate((24, 32), True),
        "resizeBilinear, odd and smaller": interpolate((5, 3), False),
        "concat": torch.cat([x, row.expand(2, 1, 7)], 1),
        "slice": x[:, 1:4],
        "reshape": x.reshape(2, 35),
        "transpose": a.permute(0, 2, 3, 1),
        "broadcastTo": row.expand(2, 1, 7),
        "add": x + row,
        "add of equals": x + x,
        "scale": 0.25 * x,
        "mean": a.mean(1),
    }
    tensors.update({f"result: {name}": value.contiguous() for name, value in results.items()})
    save(f"{folder}/operations.safetensors", tensors, {"made_by": "test/oracles/operations.py"})


if __name__ == "__main__":
    main(sys.argv[1])
