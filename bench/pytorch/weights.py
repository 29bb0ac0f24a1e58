"""Reads .safetensors files: names, shapes and float32 tensors."""

import json
import struct

import numpy
import torch

DTYPES = {"F32": numpy.float32, "F16": numpy.float16}
TRAINING_ONLY = ("auxiliary_head.", "decode_head.conv_seg.")


def read_safetensors(path):
    """All float tensors of a file as float32, and its metadata."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        metadata = header.pop("__metadata__", {})
        tensors = {}
        for name, entry in header.items():
            if entry["dtype"] not in DTYPES:
                continue  # counters, which nothing is computed from
            begin, end = entry["data_offsets"]
            file.seek(8 + length + begin)
            values = numpy.frombuffer(file.read(end - begin), DTYPES[entry["dtype"]]).reshape(entry["shape"])
            tensors[name] = torch.from_numpy(values.astype(numpy.float32))
    return tensors, metadata


def model_tensors(path):
    """Those that the modules of setr.py hold, without what only training uses."""
    tensors, metadata = read_safetensors(path)
    return {name: value for name, value in tensors.items() if not name.startswith(TRAINING_ONLY)}, metadata
