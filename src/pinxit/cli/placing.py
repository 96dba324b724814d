"""`--style`, `--region` and `--style-mask`: which mask belongs to which style is a matter of their order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import typer
from typer.core import TyperCommand

from pinxit.errors import PinxitError
from pinxit.job import StyleImage

_ORDER = "pinxit.order"


class OrderedCommand(TyperCommand):
    """A command that remembers in which order its options were given."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Parse as ever, and note the options' names one by one."""
        _, _, order = self.make_parser(ctx).parse_args(args=list(args))
        ctx.meta[_ORDER] = [parameter.name for parameter in order]
        return super().parse_args(ctx, args)


def placed_styles(
    ctx: typer.Context, styles: Sequence[str], regions: Sequence[str], masks: Sequence[str], blend: str | None
) -> list[StyleImage]:
    """The styles in the order in which they were given.

    Args:
        ctx: of an `OrderedCommand` with the options `style`, `region` and `style_mask`.
        styles: values of `--style`; regions: of `--region`, as `MASK=STYLE`; masks: of `--style-mask`.
        blend: shares, as in `2,1`, in the order of the styles and regions.

    Raises:
        PinxitError: for a region without a style, a mask before any style, or a wrong number of shares.
    """
    waiting: dict[str, list[str]] = {"style": [*styles], "region": [*regions], "style_mask": [*masks]}
    placed: list[dict[str, Any]] = []
    for name in ctx.meta[_ORDER]:
        if name not in waiting or not waiting[name]:
            continue
        value = waiting[name].pop(0)
        if name == "style":
            placed.append({"picture": value})
        elif name == "region":
            mask, equals, picture = value.partition("=")
            if not (mask and equals and picture):
                raise PinxitError(f"--region takes MASK=STYLE, as in sky.png=starry.jpg, not {value!r}.")
            placed.append({"picture": picture, "region": mask})
        elif not placed:
            raise PinxitError(f"--style-mask {value} stands before any style: it belongs behind the one it is for.")
        elif "mask" in placed[-1]:
            raise PinxitError(f"{placed[-1]['picture']} has two masks: one picture can hold both.")
        else:
            placed[-1]["mask"] = value
    if not placed:
        raise PinxitError("no style is given: name one by --style, or --region MASK=STYLE (pinxit styles shows some).")
    shares = read_shares(blend, len(placed))
    return [StyleImage(**one, share=share) for one, share in zip(placed, shares, strict=True)]


def files_of(styles: Iterable[StyleImage]) -> list[object]:
    """All that is read for some styles: their pictures and masks."""
    return [one for style in styles for one in (style.picture, style.region, style.mask)]


def read_shares(blend: str | None, styles: int) -> list[float]:
    """The shares of so many styles, as in `2,1`; equal where left out."""
    if blend is None:
        return [1.0] * styles
    try:
        shares = [float(part) for part in blend.split(",")]
    except ValueError as error:
        raise PinxitError(f"--blend takes numbers as in 2,1, not {blend!r}.") from error
    if len(shares) != styles:
        raise PinxitError(f"--blend has {len(shares)} shares for {styles} styles: give one each.")
    return shares
