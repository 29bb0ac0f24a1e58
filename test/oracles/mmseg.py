"""Writes the reference files setr-naive-mmseg and setr-mla-mmseg with PyTorch.

Plain modules with mmsegmentation's names and order of operations (models/backbones/vit.py, necks/mla_neck.py,
decode_heads/setr_up_head.py and setr_mla_head.py), on small random weights. Run: python3 mmseg.py OUTPUT_FOLDER
"""

import sys

import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors import save

SIZE, PATCH, WIDTH, DEPTH, HEADS, CLASSES = 64, 16, 24, 4, 3, 5
GRID = SIZE // PATCH


class ConvModule(nn.Module):
    def __init__(self, inputs, outputs, kernel):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False)
        self.bn = nn.BatchNorm2d(outputs)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)))


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.attn = nn.MultiheadAttention(WIDTH, HEADS)


class FeedForward(nn.Module):
    def __init__(self):
        super().__init__()
        first = nn.Sequential(nn.Linear(WIDTH, 4 * WIDTH), nn.GELU())
        self.layers = nn.Sequential(first, nn.Linear(4 * WIDTH, WIDTH))


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln1 = nn.LayerNorm(WIDTH, eps=1e-6)
        self.attn = Attention()
        self.ln2 = nn.LayerNorm(WIDTH, eps=1e-6)
        self.ffn = FeedForward()

    def forward(self, x):
        y = self.ln1(x).transpose(0, 1)
        y, weights = self.attn.attn(y, y, y, need_weights=True, average_attn_weights=False)
        x = x + y.transpose(0, 1)
        return x + self.ffn.layers(self.ln2(x)), weights


class Backbone(nn.Module):
    def __init__(self, keeps_class_token):
        super().__init__()
        self.cls_token = nn.Parameter(torch.randn(1, 1, WIDTH))
        self.pos_embed = nn.Parameter(torch.randn(1, 1 + GRID * GRID, WIDTH))
        self.patch_embed = nn.Module()
        self.patch_embed.projection = nn.Conv2d(3, WIDTH, PATCH, PATCH)
        self.layers = nn.ModuleList(Layer() for _ in range(DEPTH))
        self.keeps_class_token = keeps_class_token

    def forward(self, image, out):
        x = self.patch_embed.projection(image).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls_token, x], 1) + self.pos_embed
        if not self.keeps_class_token:
            x = x[:, 1:]
        maps = []
        for i, layer in enumerate(self.layers):
            x, out[f"A{i + 1}"] = layer(x)
            out[f"Z{i + 1}"] = x
            tokens = x[:, 1:] if self.keeps_class_token else x
            maps.append(tokens.transpose(1, 2).reshape(1, WIDTH, GRID, GRID))
        return maps


def layer_norm(norm, x):
    return norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


def enlarge(x, size):
    return F.interpolate(x, size=size, mode="bilinear", align_corners=False)


class Naive(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = Backbone(keeps_class_token=True)
        self.decode_head = nn.Module()
        self.decode_head.norm = nn.LayerNorm(WIDTH, eps=1e-6)
        self.decode_head.up_convs = nn.ModuleList([nn.Sequential(ConvModule(WIDTH, 16, 1))])
        self.decode_head.conv_seg = nn.Conv2d(16, CLASSES, 1)

    def forward(self, image):
        out = {}
        head = self.decode_head
        x = layer_norm(head.norm, self.backbone(image, out)[-1])
        out["U1"] = enlarge(head.up_convs[0](x), 4 * GRID)
        out["U2"] = out["logits"] = enlarge(head.conv_seg(out["U1"]), SIZE)
        return out


class Mla(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = Backbone(keeps_class_token=False)
        self.neck = nn.Module()
        self.neck.norm = nn.ModuleList(nn.LayerNorm(WIDTH, eps=1e-6) for _ in range(4))
        self.neck.mla = nn.Module()
        self.neck.mla.channel_proj = nn.ModuleList(ConvModule(WIDTH, 16, 1) for _ in range(4))
        self.neck.mla.feat_extract = nn.ModuleList(ConvModule(16, 16, 3) for _ in range(4))
        self.decode_head = nn.Module()
        self.decode_head.up_convs = nn.ModuleList(
            nn.Sequential(ConvModule(16, 8, 3), ConvModule(8, 8, 3)) for _ in range(4)
        )
        self.decode_head.conv_seg = nn.Conv2d(4 * 8, CLASSES, 1)

    def forward(self, image):
        out = {}
        maps = [layer_norm(norm, x) for norm, x in zip(self.neck.norm, self.backbone(image, out))]
        maps = [project(x) for project, x in zip(self.neck.mla.channel_proj, maps)][::-1]
        sums = [maps[0]]
        for x in maps[1:]:
            sums.append(sums[-1] + x)
        paths = [extract(x) for extract, x in zip(self.neck.mla.feat_extract, sums)]  # deepest first
        heads = [enlarge(up(x), 4 * GRID) for up, x in zip(self.decode_head.up_convs, paths)]
        for i, head in enumerate(heads):
            out[f"U{4 - i}"] = head  # U1 is the shallowest level
        out["U5"] = out["logits"] = enlarge(self.decode_head.conv_seg(torch.cat(heads, 1)), SIZE)
        return out


def rollout(out):
    result = None
    for i in range(DEPTH):
        attention = 0.5 * out[f"A{i + 1}"][0].mean(0)
        attention = attention + 0.5 * torch.eye(len(attention))
        attention = attention / attention.sum(-1, keepdim=True)
        result = attention if result is None else attention @ result
    return result


def main(folder):
    for name, model in ("naive", Naive), ("mla", Mla):
        torch.manual_seed(17)
        model = model().eval()
        for module in model.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.running_mean.normal_(0, 0.3)
                module.running_var.uniform_(0.5, 2)
                module.weight.data.uniform_(0.5, 1.5)
                module.bias.data.normal_(0, 0.3)
            if isinstance(module, nn.LayerNorm):
                module.weight.data.uniform_(0.5, 1.5)
                module.bias.data.normal_(0, 0.3)
        image = torch.randn(1, 3, SIZE, SIZE)
        with torch.no_grad():
            out = model(image)
        position = F.normalize(model.backbone.pos_embed.data[0, 1:], dim=1)
        out = {"input": image, **out, "rollout": rollout(out), "position_similarity": position @ position.T}
        torch.save({"meta": {"epoch": 1}, "state_dict": model.state_dict()}, f"{folder}/setr-{name}-mmseg.pth")
        metadata = {"decoder": name, "image_size": str(SIZE), "heads": str(HEADS), "made_by": "test/oracles/mmseg.py"}
        save(f"{folder}/setr-{name}-mmseg.expected.safetensors", out, metadata)


if __name__ == "__main__":
    main(sys.argv[1])
