"""The portfolio by objective and by place: granted, paid, justified, to the franc, with what lies outside said as such (R8, R14)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from portfolio.agreements.models import Agreement
from portfolio.awards.models import Commitment
from portfolio.kit.charts import Series, bars, choropleth, stacked_bars
from portfolio.kit.charts.shapes import Chart
from portfolio.kit.i18n import gettext as _
from portfolio.kit.i18n import locale
from portfolio.ledger.queries import table
from portfolio.places.models import Place
from portfolio.places.reference import DISCLAIMER, VIEW_BOX, regions_map
from portfolio.strategy.models import Framework
from portfolio.strategy.queries import frameworks as framework_queries
from portfolio.strategy.queries import tags
from portfolio.work import Work

Figures = tuple[int, str, str, int, int, int]
"""Agreement id, path of its place, country, granted, paid, justified."""


@dataclass
class Row:
    """One objective or place and its three totals, in francs."""

    code: str
    label: str
    granted: int = 0
    paid: int = 0
    justified: int = 0
    grants: int = 0


@dataclass
class Portfolio:
    """What the page shows: rows that sum to the totals, charts with the same figures behind them."""

    framework: Framework | None
    frameworks: list[Framework]
    objectives: list[Row]
    places: list[Row]
    total: Row
    outside: Row
    charts: list[Chart] = field(default_factory=list)
    disclaimer: str = ""

    @property
    def framework_options(self) -> list[tuple[str, str]]:
        """The frameworks to choose from."""
        return [(f.code, f.title) for f in self.frameworks]


def portfolio(work: Work, wanted: str = "") -> Portfolio:
    """The whole portfolio that the actor may see, through one framework. Granted is what is still committed: what a termination or a
    closing gave back is no longer anybody's."""
    region = aliased(Place)
    agreements = work.db.execute(
        select(
            Agreement.id,
            Agreement.reference,
            (Agreement.amount_minor - func.coalesce(Commitment.released_minor, 0)).label("granted_minor"),
            Place.path,
            Place.country,
            region.name,
        )
        .join(Place, Place.id == Agreement.place_id)
        .outerjoin(Commitment, Commitment.id == Agreement.commitment_id)
        .outerjoin(region, (region.level == 1) & (Place.path + "/").startswith(region.path + "/"))
        .where(work.within("agreement:view", Agreement), Agreement.status != "draft")
        .order_by(Agreement.id)
    ).all()
    by_agreement = table(work.db, "agreement", ["907", "657"])

    def net(reference: str, account: str) -> int:
        debit, credit = by_agreement.get(reference, {}).get(account, (0, 0))
        return debit - credit

    figures: list[Figures] = [
        (
            a.id,
            a.path or "",
            a.country,
            int(a.granted_minor),
            net(a.reference, "907"),
            net(a.reference, "657"),
        )
        for a in agreements
    ]
    known = list(
        work.db.scalars(select(Framework).where(Framework.status == "approved").order_by(Framework.id))
    )
    framework = next((f for f in known if f.code == wanted), known[0] if known else None)
    granted, paid, justified = (
        sum(f[3] for f in figures),
        sum(f[4] for f in figures),
        sum(f[5] for f in figures),
    )
    total = Row("", _("Total"), granted, paid, justified, len(figures))
    objectives, outside = _by_objective(work, framework, figures)
    places = _by_place(figures, {(a.path or "").split("/")[1]: a.name for a in agreements if a.name})
    made = Portfolio(framework, known, objectives, places, total, outside, disclaimer=DISCLAIMER[locale()])
    made.charts = _charts(made)
    return made


def _by_objective(work: Work, framework: Framework | None, figures: list[Figures]) -> tuple[list[Row], Row]:
    outside = Row("", _("Outside this framework"))
    if framework is None:
        return [], outside
    nodes = framework_queries.objectives(work, framework)
    rows = {o.id: Row(o.code, o.title) for o in nodes}
    names = {"granted": 3, "paid": 4, "justified": 5}
    measures = [[("agreement", f[0], int(f[place])) for f in figures] for place in names.values()]
    for name, shared in zip(names, tags.split_each(work, framework, measures), strict=True):
        for objective, minor in shared.amounts.items():
            setattr(rows[objective], name, minor)
        setattr(outside, name, shared.outside_minor)
        if name == "granted":
            outside.grants = shared.outside_count
    return [r for r in rows.values() if r.granted or r.paid or r.justified], outside


def _by_place(figures: list[Figures], names: Mapping[str, str]) -> list[Row]:
    rows: dict[str, Row] = {}
    for _id, path, country, granted, paid, justified in figures:
        parts = path.split("/")
        code = parts[1] if len(parts) > 1 else country
        row = rows.setdefault(code, Row(code, names.get(code, code)))
        row.granted += granted
        row.paid += paid
        row.justified += justified
        row.grants += 1
    return sorted(rows.values(), key=lambda r: -r.granted)


def _charts(made: Portfolio) -> list[Chart]:
    charts = []
    if made.objectives:
        left = Series(_("Granted, not yet paid"), tuple(r.granted - r.paid for r in made.objectives))
        paid = Series(_("Paid, not yet justified"), tuple(r.paid - r.justified for r in made.objectives))
        done = Series(_("Justified"), tuple(r.justified for r in made.objectives))
        labels = [f"{r.code} {r.label}" for r in made.objectives]
        charts.append(
            stacked_bars(
                _("Grants by objective, in F CFA"),
                labels,
                [done, paid, left],
                heading=_("Objective"),
                total=_("Granted"),
            )
        )
    if made.places:
        values = {r.code: r.granted for r in made.places}
        charts.append(
            choropleth(
                _("Grants by region, in F CFA"),
                regions_map(),
                values,
                heading=_("Region"),
                measure=_("Granted"),
                no_data=_("No grant"),
                view_box=VIEW_BOX,
            )
        )
    return charts


def by_year(work: Work) -> Chart | None:
    """Payments by exercice, as bars."""
    by = table(work.db, "exercice", ["907"])
    years = sorted(by)
    if not years:
        return None
    values = tuple(by[y]["907"][0] - by[y]["907"][1] for y in years)
    return bars(
        _("Payments by exercice, in F CFA"),
        [str(y) for y in years],
        [Series(_("Paid"), values)],
        heading=_("Exercice"),
    )
