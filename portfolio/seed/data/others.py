"""The eleven other grants of AAP-2025-01: each repeats a described budget with its larger quantities varied.

A quantity below five stays as it is (a fifth of it is less than one); above, it is multiplied by the row's
percent and rounded half up, so that every quantity stays within ± 20 % of the described one.
"""

from functools import cache

from portfolio.kit import tables
from portfolio.seed.data.model import Line, Project, Tranche
from portfolio.seed.data.projects import PACKAGE, described

SMALL_QUANTITY = 5

SCHEDULES: dict[str, tuple[Tranche, ...]] = {
    "MP19": (
        Tranche(
            1, 1_150_000, "advance", ("signature", "own_contribution"), False, "Signature ; apport constaté"
        ),
        Tranche(
            2,
            2_860_000,
            "direct",
            ("goods_receipt", "handover"),
            False,
            "PV de réception et de remise signés",
        ),
        Tranche(3, 160_000, "advance", ("cleared:1:100",), False, "T1 justifiée à 100 %"),
        Tranche(
            4,
            80_000,
            "reimbursement",
            ("training", "paid_invoices"),
            False,
            "Formation suivie ; pièces payées",
        ),
    ),
    "MP24": (
        Tranche(
            1,
            1_841_000,
            "advance",
            ("signature", "own_contribution", "technical_opinion:education"),
            False,
            "Signature ; apport constaté ; avis de l'éducation",
        ),
        Tranche(
            2,
            3_682_000,
            "advance",
            ("site_handed_over", "contract_signed"),
            False,
            "Site remis ; marché signé",
        ),
        Tranche(3, 310_000, "kind", ("goods_receipt", "handover"), False, "Mobilier reçu et remis"),
        Tranche(4, 2_451_500, "advance", ("provisional_acceptance",), False, "PV de réception provisoire"),
        Tranche(5, 920_500, "advance", ("final_acceptance",), True, "Réception définitive (retenue)"),
    ),
}
"""Two schedules of their own, so that every modality of R4 is seen: furniture handed over in kind, a day of training reimbursed."""


def varied(lines: tuple[Line, ...], percent: int) -> tuple[Line, ...]:
    """The same lines with quantities of five and more multiplied by `percent`, unit prices untouched."""
    return tuple(
        Line(
            number=line.number,
            label=line.label,
            unit=line.unit,
            quantity=line.quantity
            if line.quantity < SMALL_QUANTITY
            else (line.quantity * percent + 50) // 100,
            unit_price=line.unit_price,
            financing=line.financing,
        )
        for line in lines
    )


def shared_out(tranches: tuple[Tranche, ...], grant: int) -> tuple[Tranche, ...]:
    """The same schedule for another grant: shares rounded down to 500 F CFA, the last takes the rest."""
    base = sum(tranche.amount for tranche in tranches)
    left = grant
    found = []
    for tranche in tranches:
        last = tranche is tranches[-1]
        amount = left if last else grant * tranche.amount // base // 500 * 500
        left -= amount
        found.append(
            Tranche(
                tranche.number, amount, tranche.modality, tranche.conditions, tranche.held, tranche.wording
            )
        )
    return tuple(found)


@cache
def others() -> dict[str, Project]:
    """The eleven, MP16 to MP26, by code."""
    found = {}
    for row in tables.rows(PACKAGE, "the_eleven_others.csv"):
        base = described()[row["base"]]
        lines = varied(base.lines, int(row["percent"]))
        grant = sum(line.amount for line in lines if line.financing == "S")
        found[row["code"]] = Project(
            code=row["code"],
            title=row["title"],
            summary=base.summary,
            call=base.call,
            commune=row["commune"],
            masked=False,
            group=f"G-{row['code']}",
            tags=base.tags,
            state=row["state"],
            state_note=row["state_note"],
            lines=lines,
            tranches=SCHEDULES.get(row["code"]) or shared_out(base.tranches, grant),
            base=base.code,
        )
    return found


@cache
def projects() -> dict[str, Project]:
    """All twenty-six projects: the fifteen described and the eleven others."""
    return described() | others()
