"""Bars, stacked bars, lines and progress."""

from collections.abc import Sequence

from markupsafe import Markup

from portfolio.kit.charts.shapes import (
    NARROW,
    WIDTH,
    Chart,
    Gauge,
    Series,
    Words,
    axis,
    box,
    check,
    compact,
    fill_of,
    identity,
    legend,
    most_of,
    patterns,
    rule,
    short,
    svg,
    table,
    tag,
    text,
    whole,
    wide,
)


def bars(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    heading: str,
    summary: str = "",
    show: Words = whole,
    tick: Words = compact,
) -> Chart:
    """Bars side by side, a figure on each; upright when the labels fit under them, else lying down."""
    check(labels, series)
    chart_id = identity(title, labels, series)
    columns, rows = table(heading, labels, series, show)
    slot = (WIDTH - 56) / max(len(labels), 1)
    upright = all(wide(label) <= slot - 4 for label in labels) and len(labels) * len(series) <= 24
    draw = _upright if upright else _lying
    inside, height = draw(chart_id, labels, series, show, tick)
    names = [one.name for one in series] if len(series) > 1 else []
    drawing = svg(
        chart_id,
        title,
        summary,
        WIDTH,
        height,
        [patterns(chart_id, len(series)), *legend(chart_id, names), *inside],
    )
    return Chart(title, summary, drawing, columns, rows)


def _upright(
    chart_id: str, labels: Sequence[str], series: Sequence[Series], show: Words, tick: Words
) -> tuple[list[Markup], float]:
    left, top, floor = 52.0, 42.0 if len(series) > 1 else 20.0, 270.0
    drawn, ceiling = axis(left, WIDTH, top, floor, most_of(series), tick)
    slot = (WIDTH - left) / max(len(labels), 1)
    each = min(46.0, slot * 0.78 / max(len(series), 1))
    for row, label in enumerate(labels):
        middle = left + slot * (row + 0.5)
        drawn.append(text(middle, floor + 18, label, "middle"))
        for index, one in enumerate(series):
            value = one.values[row]
            if value is None:
                continue
            x = middle + each * (index - len(series) / 2)
            tall = (floor - top) * max(value, 0) / ceiling
            hint = f"{label} – {one.name} : {show(value)}"
            drawn.append(box(x + 1, floor - tall, each - 2, tall, fill_of(chart_id, index), hint))
            drawn.append(text(x + each / 2, floor - tall - 4, tick(value), "middle", "mute" if index else ""))
    return drawn, floor + 28


def _lying(
    chart_id: str, labels: Sequence[str], series: Sequence[Series], show: Words, tick: Words
) -> tuple[list[Markup], float]:
    left, y = 190.0, 30.0 if len(series) > 1 else 6.0
    most = most_of(series) or 1
    drawn: list[Markup] = []
    for row, label in enumerate(labels):
        drawn.append(text(left - 8, y + 8 * len(series) + 5, short(label, 27), "end"))
        for index, one in enumerate(series):
            value = one.values[row]
            if value is not None:
                long = (WIDTH - left - 70) * max(value, 0) / most
                hint = f"{label} – {one.name} : {show(value)}"
                drawn.append(box(left, y + 1, long, 14, fill_of(chart_id, index), hint))
                drawn.append(text(left + long + 5, y + 12, tick(value)))
            y += 16
        y += 10
    drawn.append(rule(left, 2, left, y - 4, "base"))
    return drawn, y


def stacked_bars(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    heading: str,
    total: str,
    summary: str = "",
    show: Words = whole,
    tick: Words = compact,
) -> Chart:
    """One lying bar a label, cut into the series in order; the sum is at its end and in column `total`."""
    check(labels, series)
    chart_id = identity(title, labels, series)
    sums = tuple(sum(max(one.values[row] or 0, 0) for one in series) for row in range(len(labels)))
    columns, rows = table(heading, labels, [*series, Series(total, sums)], show)
    left, y, most = 190.0, 30.0, max(sums, default=0) or 1
    drawn: list[Markup] = [patterns(chart_id, len(series)), *legend(chart_id, [one.name for one in series])]
    for row, label in enumerate(labels):
        drawn.append(text(left - 8, y + 16, short(label, 27), "end"))
        x = left
        for index, one in enumerate(series):
            value = max(one.values[row] or 0, 0)
            long = (WIDTH - left - 70) * value / most
            if value:
                hint = f"{label} – {one.name} : {show(value)}"
                drawn.append(box(x, y, long, 24, fill_of(chart_id, index), hint))
                if long > wide(tick(value)) + 8:
                    drawn.append(
                        text(x + long / 2, y + 16, tick(value), "middle", "halo" if index % 4 else "on-dark")
                    )
            x += long
        drawn.append(text(x + 6, y + 16, tick(sums[row])))
        y += 34
    drawn.append(rule(left, 24, left, y - 4, "base"))
    return Chart(title, summary, svg(chart_id, title, summary, WIDTH, y, drawn), columns, rows)


def _marker(index: int, x: float, y: float) -> Markup:
    """Round, square, triangle, lozenge: lines are told apart without colour."""
    x, y = round(x, 1), round(y, 1)
    way = ("m-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0z", "m-4,-4h8v8h-8z", "m0,-5l5,9h-10z", "m0,-5l5,5l-5,5l-5,-5z")
    return tag("path", d=f"M{x},{y}{way[index % 4]}", class_=f"d{index % 4}")


def line(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    heading: str,
    summary: str = "",
    show: Words = whole,
    tick: Words = compact,
) -> Chart:
    """Lines over time (cumulated payments against the plan); each ends with its last known figure."""
    check(labels, series)
    chart_id = identity(title, labels, series)
    columns, rows = table(heading, labels, series, show)
    left, right, top, floor = 52.0, WIDTH - 64.0, 42.0, 270.0
    drawn, ceiling = axis(left, right, top, floor, most_of(series), tick)
    step = (right - left - 20) / max(len(labels) - 1, 1)
    every = max(1, -(-len(labels) // max(1, int((right - left) / (max(map(wide, labels), default=1) + 14)))))
    drawn += [
        text(left + 10 + step * n, floor + 18, label, "middle")
        for n, label in enumerate(labels)
        if n % every == 0
    ]
    x_legend, ends = 0.0, list[tuple[float, float, str]]()
    for index, one in enumerate(series):
        drawn += [rule(x_legend, 10, x_legend + 26, 10, f"l{index % 4}"), _marker(index, x_legend + 13, 10)]
        drawn.append(text(x_legend + 32, 14, one.name))
        x_legend += 32 + wide(one.name) + 24
        points = [
            (left + 10 + step * n, floor - (floor - top) * max(value, 0) / ceiling, value)
            for n, value in enumerate(one.values)
            if value is not None
        ]
        if not points:
            continue
        way = "L".join(f"{x:.1f},{y:.1f}" for x, y, _ in points)
        drawn.append(tag("path", [tag("title", one.name)], d=f"M{way}", class_=f"l{index % 4}"))
        drawn += [_marker(index, x, y) for x, y, _ in points]
        ends.append((points[-1][1], points[-1][0], tick(points[-1][2])))
    last = -99.0
    for y, x, said in sorted(ends):
        last = max(y, last + 14)
        drawn.append(text(x + 8, last + 4, said, "start", "halo"))
    return Chart(title, summary, svg(chart_id, title, summary, WIDTH, floor + 28, drawn), columns, rows)


def progress(
    title: str,
    gauges: Sequence[Gauge],
    *,
    columns: tuple[str, str, str, str],
    summary: str = "",
    show: Words = whole,
    tick: Words = compact,
) -> Chart:
    """How far along: a bar out of its maximum, a mark at the target. `columns` heads the table behind."""
    series = [Series("v", tuple(g.value for g in gauges)), Series("m", tuple(g.maximum for g in gauges))]
    chart_id = identity(title, [g.label for g in gauges], series)
    left, room, y = 190.0, WIDTH - 190.0 - 150.0, 4.0
    drawn: list[Markup] = []
    rows: list[tuple[str, ...]] = []
    for gauge in gauges:
        share = min(max(gauge.value, 0) / gauge.maximum, 1.0) if gauge.maximum > 0 else 0.0
        drawn.append(text(left - 8, y + 15, short(gauge.label, 27), "end"))
        drawn += [box(left, y + 3, room, 16, "f3"), box(left, y + 3, room * share, 16, "f0")]
        if gauge.target is not None and gauge.maximum > 0:
            x = left + room * min(max(gauge.target, 0) / gauge.maximum, 1.0)
            drawn.append(tag("path", d=f"M{x:.1f},{y - 1:.1f}v24m-4,0h8m-4,-24m-4,0h8", class_="ink"))
        percent = f"{100 * gauge.value // gauge.maximum}{NARROW}%" if gauge.maximum > 0 else "–"
        drawn.append(
            text(left + room + 8, y + 15, f"{percent} · {tick(gauge.value)} / {tick(gauge.maximum)}")
        )
        target = "–" if gauge.target is None else show(gauge.target)
        rows.append((gauge.label, show(gauge.value), show(gauge.maximum), target))
        y += 32
    return Chart(title, summary, svg(chart_id, title, summary, WIDTH, y, drawn), columns, tuple(rows))
