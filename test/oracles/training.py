"""Prints what PyTorch computes for two steps of AdamW and for running statistics; test/train holds these numbers.

Run: python3 training.py
"""

import torch


def adamw():
    """Two steps with clipping at norm 1, warm-up over 2 of 3 steps, decay of the first tensor alone, betas 0.9 and 0.99."""
    weight = torch.nn.Parameter(torch.tensor([[0.5, -1.0], [2.0, 0.25]]))
    bias = torch.nn.Parameter(torch.tensor([0.1, -0.3]))
    groups = [{"params": [weight], "weight_decay": 0.05}, {"params": [bias], "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=0.1, betas=(0.9, 0.99), eps=1e-8)
    gradients = [
        (torch.tensor([[3.0, 0.0], [-4.0, 1.0]]), torch.tensor([2.0, -1.0])),  # norm sqrt(31): clipped
        (torch.tensor([[0.1, -0.2], [0.3, 0.0]]), torch.tensor([-0.1, 0.2])),  # norm 0.436: as it is
    ]
    for rate, (of_weight, of_bias) in zip((0.05, 0.1), gradients):
        weight.grad, bias.grad = of_weight.clone(), of_bias.clone()
        torch.nn.utils.clip_grad_norm_([weight, bias], 1.0)
        for group in optimiser.param_groups:
            group["lr"] = rate
        optimiser.step()
        print("adamw", [round(value, 7) for value in weight.flatten().tolist() + bias.tolist()])


def running_statistics():
    """Two batches [2, 2, 1, 3] through BatchNorm2d with momentum 0.3."""
    norm = torch.nn.BatchNorm2d(2, momentum=0.3)
    for start in 0.0, 5.0:
        x = (torch.arange(12.0) ** 1.5 / 7 + start).reshape(2, 2, 1, 3)
        print("batch", [round(value, 6) for value in x.flatten().tolist()])
        norm(x)
        print("mean", [round(value, 6) for value in norm.running_mean.tolist()])
        print("var", [round(value, 6) for value in norm.running_var.tolist()])


if __name__ == "__main__":
    adamw()
    running_statistics()
