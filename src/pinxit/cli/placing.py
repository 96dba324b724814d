"""`--style`, `--region` and `--style-mask`: their order says which mask belongs to which style."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import typer
from typer.core import TyperCommand

from pinxit.cli.arguments import StyleOptions
from pinxit.errors import PinxitError
from pinxit.preparation import StyleImage

_ORDER = "pinxit.order"


class OrderedCommand(TyperCommand):
    """A command that remembers in which order its options were given."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Parse as usual, and note the order of the options' names."""
        _, _, order = self.make_parser(ctx).parse_args(args=list(args))
        ctx.meta[_ORDER] = [parameter.name for parameter in order]
        return super().parse_args(ctx, args)


def placed_styles(ctx: typer.Context, options: StyleOptions) -> list[StyleImage]:
    """Return the styles in the order in which they were given.

    Args:
        ctx: the context of an `OrderedCommand`.
        options: the values of `--style`, `--region`, `--style-mask` and `--blend`.

    Raises:
        PinxitError: for a region without a style, a mask before any style, or a wrong number of shares.
    """
    waiting: dict[str, list[str]] = {
        "style": [*(options.style or [])],
        "region": [*(options.region or [])],
        "style_mask": [*(options.style_mask or [])],
    }
    placed: list[dict[str, Any]] = []
    for name in ctx.meta[_ORDER]:
        if waiting.get(name):
            _place(name, waiting[name].pop(0), placed)
    if not placed:
        raise PinxitError("no style is given: name one by --style, or --region MASK=STYLE (pinxit styles shows some).")
    shares = read_shares(options.blend, len(placed))
    return [StyleImage(**one, share=share) for one, share in zip(placed, shares, strict=True)]


def files_of(styles: Iterable[StyleImage]) -> list[object]:
    """Return everything that is read for some styles: their pictures and masks."""
    return [one for style in styles for one in (style.picture, style.region, style.mask)]


def mixed(pictures: Sequence[str], blend: str | None) -> list[StyleImage]:
    """Return style images with their shares.

    Args:
        pictures: the style images.
        blend: their shares, such as `2,1`; None for equal ones.
    """
    shares = read_shares(blend, len(pictures))
    return [StyleImage(one, share) for one, share in zip(pictures, shares, strict=True)]


def read_shares(blend: str | None, styles: int) -> list[float]:
    """Read the shares of a number of styles.

    Args:
        blend: the shares, such as `2,1`; None for equal ones.
        styles: how many styles there are.

    Raises:
        PinxitError: when it is not as many numbers.
    """
    if blend is None:
        return [1.0] * styles
    try:
        shares = [float(part) for part in blend.split(",")]
    except ValueError as error:
        raise PinxitError(f"--blend takes numbers, as in 2,1, not {blend!r}.") from error
    if len(shares) != styles:
        raise PinxitError(f"--blend has {len(shares)} shares for {styles} styles: give one each.")
    return shares


def _place(name: str, value: str, placed: list[dict[str, Any]]) -> None:
    """Add one option's value to the styles placed so far."""
    if name == "style":
        placed.append({"picture": value})
    elif name == "region":
        mask, equals, picture = value.partition("=")
        if not (mask and equals and picture):
            raise PinxitError(f"--region takes MASK=STYLE, as in sky.png=starry.jpg, not {value!r}.")
        placed.append({"picture": picture, "region": mask})
    elif not placed:
        raise PinxitError(f"--style-mask {value} stands before any style: put it behind the style it is for.")
    elif "mask" in placed[-1]:
        raise PinxitError(f"{placed[-1]['picture']} has two masks: draw both parts into one picture.")
    else:
        placed[-1]["mask"] = value
