"""How the twenty-two grants of AAP-2025-01 have lived up to J: signatures, disbursements, vouchers."""

from functools import cache

from portfolio.kit import tables
from portfolio.seed.data.model import Disbursement, GrantLife, Line, Project, Voucher
from portfolio.seed.data.others import projects
from portfolio.seed.data.projects import PACKAGE
from portfolio.seed.data.suppliers import USUAL

DIRECT_LINES: dict[str, tuple[int, ...]] = {"MP04": (1, 2, 3, 4), "MP12": (1, 2, 3, 4)}
"""Numbers of the lines that a direct payment covers, by described project (its repeats follow it)."""

KIND_LINES: dict[str, tuple[int, ...]] = {"MP24": (5, 6)}
"""Numbers of the lines handed over in kind, by project."""

_FEES = {"jour", "mois", "réunion", "émission", "représentation"}


def _day(text: str) -> int | None:
    return int(text) if text else None


@cache
def grants() -> dict[str, GrantLife]:
    """The twenty-two grants by project code."""
    return {
        row["project"]: GrantLife(
            project=row["project"],
            line=row["line"],
            engaged_j=int(row["engaged_j"]),
            group_signed_j=_day(row["group_signed_j"]),
            authority_signed_j=_day(row["authority_signed_j"]),
            closed_j=_day(row["closed_j"]),
            note=row["note"],
        )
        for row in tables.rows(PACKAGE, "grants.csv")
    }


@cache
def disbursements() -> tuple[Disbursement, ...]:
    """Every attempt at a tranche, by project and then in the order of time."""
    return tuple(
        Disbursement(
            project=row["project"],
            tranche=int(row["tranche"]),
            attempt=int(row["attempt"]),
            requested_j=int(row["requested_j"]),
            liquidated_j=int(row["liquidated_j"]),
            ordered_j=_day(row["ordered_j"]),
            paid_j=_day(row["paid_j"]),
            channel=row["channel"],
            outcome=row["outcome"],
            fee=int(row["fee"]),
            accepted=_day(row["accepted"]),
            queried=int(row["queried"]),
            rejected=int(row["rejected"]),
            examined_j=_day(row["examined_j"]),
            note=row["note"],
        )
        for row in tables.rows(PACKAGE, "disbursements.csv")
    )


def disbursements_of(project: str) -> tuple[Disbursement, ...]:
    """The attempts of one project."""
    return tuple(attempt for attempt in disbursements() if attempt.project == project)


@cache
def told_vouchers() -> tuple[Voucher, ...]:
    """The vouchers that the demo spells out one by one."""
    return tuple(
        Voucher(
            project=row["project"],
            tranche=int(row["tranche"]),
            number=int(row["number"]),
            j=int(row["j"]),
            kind=row["kind"],
            label=row["label"],
            supplier=row["supplier"],
            reference=row["reference"],
            amount=int(row["amount"]),
            line=row["line"],
            verdict=row["verdict"],
            reason=row["reason"],
        )
        for row in tables.rows(PACKAGE, "vouchers.csv")
    )


@cache
def vouchers() -> tuple[Voucher, ...]:
    """All vouchers of all grants: those told, and for the rest one a budget line until the sum examined."""
    found: list[Voucher] = []
    for project in projects().values():
        if project.code in grants():
            found.extend(_vouchers_of(project))
    return tuple(found)


def vouchers_of(project: str, tranche: int) -> tuple[Voucher, ...]:
    """The vouchers presented for one tranche, in the order of their numbers."""
    return tuple(v for v in vouchers() if (v.project, v.tranche) == (project, tranche))


def _advance_lines(project: Project) -> list[Line]:
    direct = (*DIRECT_LINES.get(project.base or project.code, ()), *KIND_LINES.get(project.code, ()))
    return [line for line in project.lines if line.financing == "S" and line.number not in direct]


def _vouchers_of(project: Project) -> list[Voucher]:
    told = [v for v in told_vouchers() if v.project == project.code]
    left = {line.label: line.amount for line in _advance_lines(project)}
    for voucher in told:
        if voucher.line:
            left[voucher.line] -= voucher.parts.get("accepted", 0)
    found = list(told)
    for attempt in disbursements_of(project.code):
        if attempt.outcome != "paid" or attempt.accepted is None:
            continue
        mine = [v for v in told if v.tranche == attempt.tranche]
        missing = attempt.accepted - sum(v.parts.get("accepted", 0) for v in mine)
        found.extend(_made(project, attempt, left, missing, len(mine)))
        astray = attempt.rejected - sum(v.parts.get("rejected", 0) for v in mine)
        if astray:
            found.append(_astray(project, attempt, astray))
    return sorted(found, key=lambda voucher: (voucher.tranche, voucher.number))


def _astray(project: Project, attempt: Disbursement, amount: int) -> Voucher:
    assert attempt.examined_j is not None
    return Voucher(
        project=project.code,
        tranche=attempt.tranche,
        number=1,
        j=attempt.examined_j - 40,
        kind="invoice",
        label="Facture sans rapport avec la convention",
        supplier=USUAL[project.base or project.code],
        reference=f"{project.code[2:]}900",
        amount=amount,
        line="",
        verdict="rejected",
        reason="Somme employée à un autre objet que celui de la convention.",
    )


def _made(
    project: Project, attempt: Disbursement, left: dict[str, int], missing: int, told: int
) -> list[Voucher]:
    made: list[Voucher] = []
    assert attempt.paid_j is not None
    for line in _advance_lines(project):
        amount = min(left[line.label], missing)
        if amount <= 0:
            continue
        left[line.label] -= amount
        missing -= amount
        number = told + len(made) + 1
        fee = line.unit in _FEES
        made.append(
            Voucher(
                project=project.code,
                tranche=attempt.tranche,
                number=number,
                j=attempt.paid_j + 8 + 2 * len(made),
                kind="fee_receipt" if fee else "invoice",
                label=f"Reçu : {line.label}" if fee else f"Facture : {line.label}",
                supplier="" if fee else USUAL[project.base or project.code],
                reference="" if fee else f"{int(project.code[2:]):02d}{attempt.tranche}{number:02d}",
                amount=amount,
                line=line.label,
                verdict="accepted",
                reason="",
            )
        )
    if missing:
        raise ValueError(f"{project.code} T{attempt.tranche}: {missing} F CFA without a budget line")
    return made
