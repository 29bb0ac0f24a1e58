"""Largest difference between the benchmark's PyTorch modules and expected values, by name, as JSON.

python3 modules.py MODULES_FOLDER WEIGHTS.safetensors EXPECTED.safetensors CONFIG_JSON
"""

import json
import sys

sys.path.insert(0, sys.argv[1])

import torch

from setr import Setr
from weights import model_tensors, read_safetensors

weights, expected_path, config = sys.argv[2], sys.argv[3], json.loads(sys.argv[4])
model = Setr(config)
model.load_state_dict(model_tensors(weights)[0])
model.eval()
expected, _ = read_safetensors(expected_path)
with torch.no_grad():
    _, captured = model(expected["input"], capture=True)
differences = {}
for name, value in captured.items():
    wanted = expected[name.removesuffix(".mean")]
    if name.endswith(".mean") and wanted.dim() == 4:
        wanted = wanted.mean(dim=1)
    assert wanted.shape == value.shape, name
    differences[name] = (wanted - value).abs().max().item()
print(json.dumps(differences))
