"""What every chart is made of: its data, the elements of an SVG, axis, legend and hatchings."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

NARROW = "\u202f"
WIDTH = 640


@dataclass(frozen=True, slots=True)
class Series:
    """One named run of figures, in the order of the chart's labels."""

    name: str
    values: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Gauge:
    """One line of a progress chart: `value` out of `maximum`, with an optional `target` mark."""

    label: str
    value: int
    maximum: int
    target: int | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing and the figures behind it, as words ready to show. `rows` start with the label."""

    title: str
    summary: str
    svg: Markup
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Words = Callable[[int], str]


def whole(value: int) -> str:
    """`1 250 000`: grouped by three with narrow no-break spaces."""
    return f"{value:,}".replace(",", NARROW)


def compact(value: int, locale: str = "fr") -> str:
    """`12,5 M`, `1,2 Md`, `8 400`: short enough for a bar; the table behind holds the exact figure."""
    for size, french, english in ((10**9, "Md", "bn"), (10**6, "M", "M")):
        if abs(value) >= size:
            tenths = (abs(value) * 10 + size // 2) // size
            mark = "." if locale == "en" else ","
            said = (
                f"{tenths // 10}{mark}{tenths % 10}" if tenths % 10 and tenths < 1000 else whole(tenths // 10)
            )
            return f"{'−' if value < 0 else ''}{said}{NARROW}{english if locale == 'en' else french}"
    return whole(value)


def tag(name: str, inside: str | Iterable[str] = "", /, **attributes: object) -> Markup:
    """One element. Attribute values and plain text are escaped; `Markup` children pass as they are."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items()
    )
    body = escape(inside) if isinstance(inside, str) else Markup("").join(inside)
    return Markup(f"<{name}{written}>{body}</{name}>")


def text(x: float, y: float, said: str, anchor: str = "start", class_: str = "") -> Markup:
    """Words at a point; `anchor` is start, middle or end."""
    extra = {"class_": class_} if class_ else {}
    return tag("text", said, x=round(x, 1), y=round(y, 1), text_anchor=anchor, **extra)


def rule(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    return tag("line", x1=round(x1, 1), y1=round(y1, 1), x2=round(x2, 1), y2=round(y2, 1), class_=class_)


def box(x: float, y: float, width: float, height: float, fill: str, hint: str = "") -> Markup:
    """A filled rectangle; `fill` is "class" or "#pattern"."""
    paint = {"fill": f"url({fill})", "class_": "edge"} if fill.startswith("#") else {"class_": f"edge {fill}"}
    inside = [tag("title", hint)] if hint else []
    width, height = max(width, 0), max(height, 0)
    return tag(
        "rect", inside, x=round(x, 1), y=round(y, 1), width=round(width, 1), height=round(height, 1), **paint
    )


def wide(said: str) -> float:
    """About how many units a text of 12 px takes."""
    return len(said) * 6.7


def short(said: str, most: int) -> str:
    return said if len(said) <= most else said[: most - 1].rstrip() + "…"


def ceiling_of(most: int) -> tuple[int, int]:
    """A round top of the axis and its step: 4 or 5 steps of 1, 2 or 5 times a power of ten."""
    if most <= 0:
        return 1, 1
    power = 1
    while True:
        for step in (power, 2 * power, 5 * power):
            if step * 5 >= most:
                return step * -(-most // step), step
        power *= 10


def identity(title: str, labels: Sequence[str], series: Sequence[Series]) -> str:
    told = repr((title, tuple(labels), tuple((s.name, s.values) for s in series)))
    return "c" + hashlib.sha256(told.encode()).hexdigest()[:8]


def fill_of(chart_id: str, index: int) -> str:
    """The look of the n-th series: solid, then three hatchings that differ without colour."""
    return "f0" if index % 4 == 0 else f"#{chart_id}-{index % 4}"


def patterns(chart_id: str, count: int) -> Markup:
    strokes = ("", "M-1,1l2,-2M0,6l6,-6M5,7l2,-2", "M1.5,1.5h1.6M4.5,4.5h1.6", "M0,3h6")
    made = [
        tag(
            "pattern",
            [tag("rect", width=6, height=6, class_=f"f{n}"), tag("path", d=strokes[n], class_="ink")],
            id=f"{chart_id}-{n}",
            width=6,
            height=6,
            patternUnits="userSpaceOnUse",
        )
        for n in range(1, min(count, 4))
    ]
    return tag("defs", made) if made else Markup("")


def legend(chart_id: str, names: Sequence[str], y: float = 4) -> list[Markup]:
    drawn: list[Markup] = []
    x = 0.0
    for index, name in enumerate(names):
        drawn += [box(x, y, 14, 12, fill_of(chart_id, index)), text(x + 20, y + 10, name)]
        x += 20 + wide(name) + 22
    return drawn


def svg(
    chart_id: str, title: str, summary: str, width: int, height: float, inside: Iterable[Markup]
) -> Markup:
    described = f"{chart_id}-t {chart_id}-d" if summary else f"{chart_id}-t"
    head = [tag("title", title, id=f"{chart_id}-t")]
    if summary:
        head.append(tag("desc", summary, id=f"{chart_id}-d"))
    return tag(
        "svg",
        [*head, *inside],
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width} {round(height)}",
        role="img",
        aria_labelledby=described,
    )


def check(labels: Sequence[str], series: Sequence[Series]) -> None:
    for one in series:
        if len(one.values) != len(labels):
            raise ValueError(f"series {one.name!r} has {len(one.values)} figures for {len(labels)} labels")


def table(
    heading: str, labels: Sequence[str], series: Sequence[Series], show: Words
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    def said(value: int | None) -> str:
        return "–" if value is None else show(value)

    rows = tuple((label, *(said(one.values[row]) for one in series)) for row, label in enumerate(labels))
    return (heading, *(one.name for one in series)), rows


def axis(
    left: float, right: float, top: float, floor: float, most: int, tick: Words
) -> tuple[list[Markup], int]:
    """Horizontal rules with their figures, and the top of the axis."""
    ceiling, step = ceiling_of(most)
    drawn: list[Markup] = []
    for value in range(0, ceiling + 1, step):
        y = floor - (floor - top) * value / ceiling
        drawn.append(rule(left, y, right, y, "rule" if value else "base"))
        drawn.append(text(left - 6, y + 4, tick(value), "end", "axis"))
    return drawn, ceiling


def most_of(series: Sequence[Series]) -> int:
    return max((value for one in series for value in one.values if value is not None), default=0)
