"""Charts: named, described, safe, told twice, without colour."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest

from portfolio.kit import charts
from tests.house.sheet import environment

NASTY = '<script>x</script>"&'


def drawings() -> dict[str, charts.Chart]:
    labels, series = (NASTY, "B"), (charts.Series(NASTY, (3, None)), charts.Series("s", (1, 2)))
    outline = SimpleNamespace(code="A", name=NASTY, path="M0,0l4,4z", label_x=1, label_y=1)
    return {
        "bars": charts.bars(NASTY, labels, series, heading="h", summary=NASTY),
        "lying": charts.bars(NASTY, ("x" * 200, "B"), series, heading="h", summary=NASTY),
        "stacked": charts.stacked_bars(NASTY, labels, series, heading="h", total="t", summary=NASTY),
        "line": charts.line(NASTY, labels, series, heading="h", summary=NASTY),
        "progress": charts.progress(NASTY, [charts.Gauge(NASTY, 1, 0, 4)], columns=("a", "b", "c", "d"),
                                    summary=NASTY),
        "map": charts.choropleth(NASTY, [outline], {"A": 4}, heading="h", measure="m", no_data=NASTY,
                                 summary=NASTY),
    }


@pytest.mark.parametrize("kind", sorted(drawings()))
def test_a_chart_is_named_described_and_safe(kind: str) -> None:
    from xml.etree import ElementTree

    svg = drawings()[kind].svg
    drawn = ElementTree.fromstring(svg)
    named = {part.get("id"): part.text for part in drawn if part.get("id")}
    title, description = (drawn.get("aria-labelledby") or "").split()
    assert named[title] == named[description] == NASTY
    assert "<script" not in svg and drawn.get("role") == "img"
    assert not re.search(r"\s(?:style|on\w+)=", svg)


def test_a_chart_tells_its_figures_twice() -> None:
    chart = charts.bars("t", ("Gao", "Mopti"), (charts.Series("n", (12_500_000, None)),), heading="Région")
    assert chart.columns == ("Région", "n")
    assert chart.rows == (("Gao", "12\u202f500\u202f000"), ("Mopti", "–"))
    assert ">12,5\u202fM</text>" in chart.svg
    ui: Any = environment().globals["ui"]
    assert '<td class="num">12\u202f500\u202f000</td>' in ui.chart(chart)


def test_series_differ_without_colour() -> None:
    svg = charts.bars("t", ("A",), tuple(charts.Series(str(n), (n,)) for n in range(1, 5)), heading="h").svg
    assert len(re.findall(r"<pattern ", svg)) == 3
    assert len(set(re.findall(r'fill="url\(#[^"]+\)"', svg))) == 3


def test_bars_are_in_proportion_and_start_at_zero() -> None:
    svg = charts.bars("t", ("A", "B"), (charts.Series("n", (5, 10)),), heading="h").svg
    first, second = (float(height) for height in re.findall(r'<rect[^>]*height="([\d.]+)"', svg))
    assert second == pytest.approx(2 * first, abs=0.2)


@pytest.mark.parametrize(("value", "french_words", "english_words"), [
    (999_999, "999\u202f999", "999\u202f999"), (1_000_000, "1\u202fM", "1\u202fM"),
    (48_250_000, "48,3\u202fM", "48.3\u202fM"), (1_200_000_000, "1,2\u202fMd", "1.2\u202fbn"),
    (-2_500_000, "−2,5\u202fM", "−2.5\u202fM"), (0, "0", "0"),
])
def test_short_figures(value: int, french_words: str, english_words: str) -> None:
    assert (charts.compact(value), charts.compact(value, "en")) == (french_words, english_words)


def test_empty_charts_are_drawn() -> None:
    none: tuple[int, ...] = ()
    empty = (charts.Series("n", none),)
    assert charts.bars("t", (), empty, heading="h").rows == ()
    assert charts.stacked_bars("t", (), empty, heading="h", total="x").rows == ()
    assert charts.line("t", (), empty, heading="h").rows == ()
    assert charts.choropleth("t", [], {}, heading="h", measure="m", no_data="x").rows == ()
    assert charts.bars("t", ("A",), (charts.Series("n", (0,)),), heading="h").rows == (("A", "0"),)


def test_figures_without_a_label_are_refused() -> None:
    with pytest.raises(ValueError, match="3 figures for 1 labels"):
        charts.bars("t", ("A",), (charts.Series("n", (1, 2, 3)),), heading="h")


def test_a_path_that_is_not_one_is_refused() -> None:
    outline = SimpleNamespace(code="A", name="A", path='M0,0"/><script>', label_x=1, label_y=1)
    with pytest.raises(ValueError, match="not plain path data"):
        charts.choropleth("t", [outline], {}, heading="h", measure="m", no_data="x")


def test_a_figure_of_the_map_covers_no_larger_one() -> None:
    places = [SimpleNamespace(code=code, name=code, path="M0,0h9z", label_x=x, label_y=9) for code, x in (("S", 10), ("B", 25), ("F", 400))]
    chart = charts.choropleth("t", places, {"S": 3_300_000, "B": 33_500_000, "F": 1_000_000}, heading="h", measure="m", no_data="x")
    said = [chart.svg.count(f">{figure}\u202fM</text>") for figure in ("33,5", "3,3", "1")]
    assert said == [2, 1, 2], "once in the key; again on its place, but for the small one beside the large"
    assert [name for name, _figure in chart.rows] == ["B", "S", "F"], "the table holds them all"


# ------------------------------------------------------------------------------------------------ in a browser
