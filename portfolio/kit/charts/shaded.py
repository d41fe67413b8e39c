"""The shaded map (choropleth)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from markupsafe import Markup

from portfolio.kit.charts.shapes import (
    Chart,
    Series,
    Words,
    box,
    compact,
    identity,
    svg,
    tag,
    text,
    whole,
    wide,
)

LINE = 18
"""Units between two lines of figures of 17 px."""
PLAIN_PATH = re.compile(r"[MmLlHhVvCcSsQqTtAaZz0-9 ,.eE+\-]*")


class Outline(Protocol):
    """A shape of the map, such as `places.reference.RegionOutline`."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def label_x(self) -> int: ...
    @property
    def label_y(self) -> int: ...


def _free(taken: list[tuple[float, float, float]], x: float, y: float, width: float) -> bool:
    """Whether a figure covers no larger one; it is moved nowhere, since it would stand on its neighbour's land."""
    free = all(abs(x - a) >= (width + w) / 2 or abs(y - b) >= LINE for a, b, w in taken)
    if free:
        taken.append((x, y, width))
    return free


def _classes(values: Iterable[int]) -> list[int]:
    """Lower bounds of at most five classes that hold about as many places each."""
    ranked = sorted(values)
    return sorted({ranked[len(ranked) * n // 5] for n in range(5)}) if ranked else []


def choropleth(
    title: str,
    outlines: Sequence[Outline],
    values: Mapping[str, int | None],
    *,
    heading: str,
    measure: str,
    no_data: str,
    summary: str = "",
    view_box: str = "0 0 1000 580",
    show: Words = whole,
    tick: Words = compact,
) -> Chart:
    """A map shaded from light to dark in at most five classes, the figure on each place where it covers no larger one; unknown is hatched.

    `values` by outline code. The rows list the places that have a figure, largest first. A path that is not
    plain path data is refused with `ValueError`, since it would be written into the page.
    """
    _, _, width, height = (int(part) for part in view_box.split())
    known = {o.code: v for o in outlines if (v := values.get(o.code)) is not None}
    chart_id = identity(title, [o.code for o in outlines], [Series(measure, tuple(known.values()))])
    bounds = _classes(known.values())
    shade = {
        bound: f"k{4 - (len(bounds) - 1 - n) if len(bounds) > 1 else 2}" for n, bound in enumerate(bounds)
    }
    hatch = tag(
        "pattern",
        [tag("rect", width=7, height=7, class_="f3"), tag("path", d="M0,7l7,-7", class_="ink")],
        id=f"{chart_id}-0", width=7, height=7, patternUnits="userSpaceOnUse",
    )  # fmt: skip
    drawn, figures, taken = [tag("defs", [hatch])], list[Markup](), list[tuple[float, float, float]]()
    for outline in sorted(outlines, key=lambda o: -(known.get(o.code) or 0)):  # the largest figure has its place first
        if not PLAIN_PATH.fullmatch(outline.path):
            raise ValueError(f"the outline of {outline.code!r} is not plain path data")
        value = known.get(outline.code)
        said = no_data if value is None else show(value)
        paint = {"fill": f"url(#{chart_id}-0)", "class_": "area"}
        if value is not None:
            look = shade[max(b for b in bounds if b <= value)]
            paint = {"class_": f"area {look}"}
            ink = "big on-dark" if look in ("k3", "k4") else "big halo"
            if _free(taken, outline.label_x, outline.label_y, wide(tick(value)) * 1.4):
                figures.append(text(outline.label_x, outline.label_y + 6, tick(value), "middle", ink))
        drawn.append(tag("path", [tag("title", f"{outline.name} : {said}")], d=outline.path, **paint))
    x = 10.0
    for n, bound in enumerate(bounds):
        within = [v for v in known.values() if v >= bound and (n + 1 == len(bounds) or v < bounds[n + 1])]
        said = tick(bound) if max(within) == bound else f"{tick(bound)} – {tick(max(within))}"
        drawn.append(tag("rect", x=x, y=height + 10, width=28, height=18, class_=f"edge {shade[bound]}"))
        drawn.append(text(x + 36, height + 25, said, class_="big"))
        x += 36 + wide(said) * 1.4 + 26
    if len(known) < len(outlines):
        drawn.append(box(x, height + 10, 28, 18, f"#{chart_id}-0"))
        drawn.append(text(x + 36, height + 25, no_data, class_="big"))
    listed = sorted(
        ((o.name, known[o.code]) for o in outlines if o.code in known), key=lambda pair: (-pair[1], pair[0])
    )
    drawing = svg(chart_id, title, summary, width, height + 38, [*drawn, *figures])
    return Chart(
        title, summary, drawing, (heading, measure), tuple((name, show(value)) for name, value in listed)
    )
