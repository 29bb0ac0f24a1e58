"""Writes weights as a user of PyTorch has them: python3 prepare.py WEIGHTS.safetensors OUT.pth"""

import json
import sys

import torch

from weights import model_tensors

if __name__ == "__main__":
    tensors, metadata = model_tensors(sys.argv[1])
    torch.save({"state_dict": tensors, "config": json.loads(metadata["setr.config"])}, sys.argv[2])
