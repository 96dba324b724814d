"""Neural style transfer in one sitting: Gatys, Ecker and Bethge (CVPR 2016), over pinxit's own parts.

The pixels of a photograph are changed until a fixed network finds in it the photograph's contents and the painting's textures.
Contents are the network's feature maps; a texture is which of these occur together, a Gram matrix.

    python examples/gatys_in_100_lines.py sample:astronaut house:swirl out.png --size 256 --iterations 100
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import torch
from torch import Tensor

from pinxit.encoder.open import open_encoder
from pinxit.encoder.vgg import Encoder
from pinxit.image import Picture, fit, write
from pinxit.inputs import load
from pinxit.objective.content import relative_content_loss, squared_error
from pinxit.objective.gram import gram_matrix, relative_style_loss
from pinxit.optimize.lbfgs import LBFGS

# The first layers see colours and strokes, the deeper ones motifs; what stands where is taken from a deep one.
STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
CONTENT_LAYER = "relu4_2"
STYLE_WEIGHT = 10.0  # relative to the content loss


@dataclass
class Targets:
    """What the picture should look like to the network."""

    content: Tensor  # feature maps of the photograph, (1, C, H, W)
    grams: dict[str, Tensor]  # Gram matrices of the painting, (C, C)

    @classmethod
    @torch.no_grad()
    def of(cls, encoder: Encoder, photograph: Tensor, painting: Tensor) -> Targets:
        """Encode both pictures, once."""
        content = encoder(photograph, [CONTENT_LAYER])[CONTENT_LAYER]
        grams = {layer: gram_matrix(features) for layer, features in encoder(painting, STYLE_LAYERS).items()}
        return cls(content, grams)


def style_distance(features: dict[str, Tensor], targets: Targets) -> Tensor:
    """Return how far the Gram matrices are from the painting's: 0 if they are the same."""
    losses = [relative_style_loss(gram_matrix(features[layer]), targets.grams[layer]) for layer in STYLE_LAYERS]
    return torch.stack(losses).mean()


def evaluate(encoder: Encoder, targets: Targets, picture: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the total loss, the style distance, and the gradient of the loss by the pixels."""
    pixels = picture.clone().requires_grad_()
    features = encoder(pixels, [*STYLE_LAYERS, CONTENT_LAYER])
    # Both losses are shares of their target's own energy, so that one weight suits all pictures.
    error = squared_error(features[CONTENT_LAYER], targets.content)
    content = relative_content_loss(error, float(targets.content.square().sum()))
    style = style_distance(features, targets)
    loss = content + STYLE_WEIGHT * style
    (gradient,) = torch.autograd.grad(loss, pixels)
    return loss.detach(), style.detach(), gradient


def paint(photograph: Tensor, painting: Tensor, iterations: int) -> tuple[Tensor, list[tuple[float, float]]]:
    """Paint a photograph `(1, 3, H, W)`, range [0, 1]; return the picture, and loss and style distance at each step."""
    encoder, _ = open_encoder("vgg16", pooling="average")
    targets = Targets.of(encoder, photograph, painting)
    picture, solver, history = photograph, LBFGS(), []
    best, lowest = photograph, float("inf")
    for number in range(iterations + 1):
        loss, style, gradient = evaluate(encoder, targets, picture)
        history.append((float(loss), float(style)))
        if float(loss) < lowest:
            best, lowest = picture, float(loss)
        if number % 10 == 0:
            print(f"iteration {number}: loss {loss:.4f}, distance from the style {style:.4f}")
        picture = (picture + solver.step(picture, gradient)).clamp(0, 1)
    return best, history


def main() -> None:
    """Read two pictures, paint, and write the result."""
    parser = argparse.ArgumentParser(description="Neural style transfer in one sitting.")
    parser.add_argument("content")
    parser.add_argument("style")
    parser.add_argument("output")
    parser.add_argument("--size", type=int, default=256, help="longer side, px")
    parser.add_argument("--iterations", type=int, default=100)
    options = parser.parse_args()
    pictures = [fit(load(source, options.size)[0], options.size) for source in (options.content, options.style)]
    photograph, painting = (torch.from_numpy(picture.pixels)[None] for picture in pictures)
    painted, _ = paint(photograph, painting, options.iterations)
    print(write(Picture(painted[0].numpy()), options.output, overwrite=True))


if __name__ == "__main__":
    main()
