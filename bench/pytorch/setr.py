"""SETR-PUP in plain PyTorch modules, with the names and the order of operations of the official release."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.scale = (width // heads) ** -0.5
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x):
        batch, tokens, width = x.shape
        qkv = self.qkv(x).reshape(batch, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        query, key, value = qkv[0], qkv[1], qkv[2]
        attention = ((query @ key.transpose(-2, -1)) * self.scale).softmax(dim=-1)
        joined = (attention @ value).transpose(1, 2).reshape(batch, tokens, width)
        return self.proj(joined), attention


class Mlp(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.fc1 = nn.Linear(width, hidden)
        self.fc2 = nn.Linear(hidden, width)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x)))


class Block(nn.Module):
    def __init__(self, width, heads, hidden):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=1e-6)
        self.attn = Attention(width, heads)
        self.norm2 = nn.LayerNorm(width, eps=1e-6)
        self.mlp = Mlp(width, hidden)

    def forward(self, x):
        attended, attention = self.attn(self.norm1(x))
        x = x + attended
        return x + self.mlp(self.norm2(x)), attention


class PatchEmbed(nn.Module):
    def __init__(self, patch, width):
        super().__init__()
        self.proj = nn.Conv2d(3, width, patch, stride=patch)


class Backbone(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, patch = config["embedDim"], config["patchSize"]
        tokens = (config["imageHeight"] // patch) * (config["imageWidth"] // patch) + 1
        self.patch_embed = PatchEmbed(patch, width)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embed = nn.Parameter(torch.zeros(1, tokens, width))
        layers = range(config["depth"])
        self.blocks = nn.ModuleList([Block(width, config["numHeads"], config["mlpDim"]) for _ in layers])


class Decoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, channels = config["embedDim"], config["decoder"]["channels"]
        self.norm = nn.LayerNorm(width, eps=1e-6)
        for step in range(4):
            setattr(self, f"conv_{step}", nn.Conv2d(width if step == 0 else channels, channels, 3, padding=1))
            setattr(self, f"syncbn_fc_{step}", nn.BatchNorm2d(channels))
        self.conv_4 = nn.Conv2d(channels, config["numClasses"], 1)


class Setr(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.backbone = Backbone(config)
        self.decode_head = Decoder(config)

    def forward(self, image, capture=False, last=None):
        """Logits; with `capture` also Z1.., A1.mean.., U1.. by name. With `last`, Z of that layer and nothing after it."""
        captured = {}
        backbone, head = self.backbone, self.decode_head
        x = backbone.patch_embed.proj(image).flatten(2).transpose(1, 2)
        x = torch.cat([backbone.cls_token.expand(x.shape[0], -1, -1), x], dim=1) + backbone.pos_embed
        for index, block in enumerate(backbone.blocks, 1):
            x, attention = block(x)
            if capture:
                captured[f"Z{index}"] = x
                captured[f"A{index}.mean"] = attention.mean(dim=1)
            if index == last:
                return x, captured
        rows = self.config["imageHeight"] // self.config["patchSize"]
        x = head.norm(x)[:, 1:].transpose(1, 2).reshape(x.shape[0], x.shape[2], rows, -1)
        for step in range(4):
            x = F.relu(getattr(head, f"syncbn_fc_{step}")(getattr(head, f"conv_{step}")(x)))
            if step == 3:
                x = head.conv_4(x)
            x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
            if capture:
                captured[f"U{step + 1}"] = x
        if capture:
            captured["U5"] = captured["logits"] = x
        return x, captured
