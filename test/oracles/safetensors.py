"""Reads and writes .safetensors with single-precision numbers, with numpy alone."""

import json
import struct

import numpy as np


def load(path):
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        tensors[name] = np.frombuffer(data[start:end], dtype="<f4").reshape(entry["shape"])
    return tensors


def save(path, tensors, metadata=None):
    """Tensors of numpy or, without gradients, of PyTorch."""
    arrays = {name: np.asarray(tensor, dtype="<f4") for name, tensor in tensors.items()}
    header, offset = {} if metadata is None else {"__metadata__": metadata}, 0
    for name, array in arrays.items():
        end = offset + array.nbytes
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for array in arrays.values():
            file.write(array.tobytes())
