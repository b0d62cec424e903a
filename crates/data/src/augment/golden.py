"""What PyTorch makes of images under affine maps: writes golden.txt beside this file.

    python crates/data/src/augment/golden.py      # with torch; the file names its version

Each case: degrees, factor, right, down; then the pixels, 0 to 1. The images are those of `image`.
"""

import math
import pathlib

import torch
import torch.nn.functional as F

CASES = [
    (0.0, 1.0, 0.0, 0.0),
    (10.0, 1.0, 0.0, 0.0),
    (-27.5, 1.0, 0.0, 0.0),
    (0.0, 1.25, 0.0, 0.0),
    (0.0, 0.8, 0.0, 0.0),
    (0.0, 1.0, 1.5, -0.75),
    (90.0, 1.0, 0.0, 0.0),
    (12.0, 0.9, -1.3, 2.2),
    (170.0, 1.1, 0.4, 0.3),
]
SIZES = [(9, 7), (6, 6)]


def image(height, width):
    """Bytes that no symmetry leaves alone."""
    return [(y * 37 + x * 101 + y * x * 13 + 29) % 256 for y in range(height) for x in range(width)]


def warped(height, width, degrees, factor, right, down):
    pixels = torch.tensor(image(height, width), dtype=torch.float64).reshape(1, 1, height, width)
    cos, sin = (f(math.radians(degrees)) / factor for f in (math.cos, math.sin))
    # From a place of the result, both measured from the middle, to that of the image; y downwards.
    matrix = torch.tensor([[cos, -sin], [sin, cos]], dtype=torch.float64)
    offset = -matrix @ torch.tensor([right, down], dtype=torch.float64)
    # PyTorch measures in halves of the sides between the outermost pixels' middles.
    half = torch.tensor([(width - 1) / 2, (height - 1) / 2], dtype=torch.float64)
    theta = torch.cat([matrix * half / half[:, None], (offset / half)[:, None]], dim=1)
    grid = F.affine_grid(theta[None], [1, 1, height, width], align_corners=True)
    result = F.grid_sample(pixels, grid, "bilinear", "zeros", align_corners=True)
    return (result / 255).flatten().tolist()


lines = [f"# by golden.py, PyTorch {torch.__version__}: height width degrees factor right down, pixels"]
for height, width in SIZES:
    for case in CASES:
        lines.append(" ".join(map(str, (height, width, *case))))
        lines.append(" ".join(f"{value:.9g}" for value in warped(height, width, *case)))
pathlib.Path(__file__).with_name("golden.txt").write_text("\n".join(lines) + "\n")
