"""Charts drawn on the server as inline SVG: bars, stacked bars, lines, progress, a shaded map.

Pure functions from figures to markup. The SVG carries a title and a description, classes for its colours (the
stylesheet holds them), no style attribute and no script, so it lives under the strict content policy.
Shapes and hatchings carry the meaning: a chart printed in black and white still reads. Each `Chart` holds its
figures as rows too, which `ui.chart` shows in a table behind the drawing.

Figures are whole numbers (people, or minor units of money); None is "not known" and draws nothing. A negative
figure is written but has no length. Words (legend, headings) are given by the caller, already translated.
"""

from portfolio.kit.charts.plots import bars, line, progress, stacked_bars
from portfolio.kit.charts.shaded import Outline, choropleth
from portfolio.kit.charts.shapes import Chart, Gauge, Series, Words, compact, whole

__all__ = [
    "Chart",
    "Gauge",
    "Outline",
    "Series",
    "Words",
    "bars",
    "choropleth",
    "compact",
    "line",
    "progress",
    "stacked_bars",
    "whole",
]
