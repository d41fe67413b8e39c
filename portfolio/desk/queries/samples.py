"""The auditor's samples: what they are drawn from, bounded by an entry of the ledger, and what their pages and papers show (domain M6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, select

from portfolio.accounts.models import Person
from portfolio.agreements.models import Agreement
from portfolio.desk.models import Sample
from portfolio.desk.queries.statements import frame
from portfolio.disbursements.models import Disbursement
from portfolio.documents import queries as documents
from portfolio.documents.reference import letterhead
from portfolio.funds.models import Fund
from portfolio.justifications.models import Expense, Justification
from portfolio.kit import sampling
from portfolio.kit.errors import NotFound
from portfolio.kit.i18n import date_text
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import percent_of
from portfolio.kit.urls import url
from portfolio.ledger import queries as ledger
from portfolio.rulebook.sampling import DRAWS, POPULATIONS
from portfolio.work import Work


@dataclass(frozen=True)
class Unit:
    """One row of a population: its record, the reference that its ticket is made of, its day and amount in the books, its entry."""

    id: int
    reference: str
    day: date
    amount_minor: int
    seq: int


@dataclass(frozen=True)
class Asked:
    """What a population is, without the entry that bounds it."""

    population: str
    fund: str = ""
    from_on: date | None = None
    to_on: date | None = None


@dataclass(frozen=True)
class Redrawn:
    """The same draw made again: whether the entry that bounds it still has its fingerprint, the population and the rows are the same."""

    head_holds: bool
    population_same: bool
    rows_same: bool
    count: int
    total_minor: int

    @property
    def same(self) -> bool:
        """Whether everything is as it was kept."""
        return self.head_holds and self.population_same and self.rows_same


@dataclass(frozen=True)
class Row:
    """One row drawn, as it is shown: who was paid, under which agreement, its own page and its file."""

    reference: str
    day: date
    amount_minor: int
    seq: int
    times: int
    about: str
    agreement: str
    url: str
    dossier: str


def units(work: Work, asked: Asked, upto: int) -> list[Unit]:
    """The population in the order of the ledger, up to an entry. One query."""
    kind = POPULATIONS[asked.population]
    found = ledger.live(
        kind.event,
        kind.debit,
        upto=upto,
        from_on=asked.from_on,
        to_on=asked.to_on,
        fund=asked.fund,
    ).subquery()
    if kind.about == "payment":
        only = [Disbursement.modality.in_(kind.modalities)] if kind.modalities else []
        statement: Any = (
            select(Disbursement.id, Disbursement.reference, found.c.day, found.c.amount, found.c.seq)
            .join(found, found.c.subject_id == Disbursement.id)
            .where(*only)
            .order_by(found.c.seq)
        )
        return [
            Unit(n, ref, day, int(amount), int(seq))
            for n, ref, day, amount, seq in work.db.execute(statement)
        ]
    statement = (
        select(
            Expense.id,
            Justification.reference,
            Expense.number,
            found.c.day,
            Expense.cleared_minor,
            found.c.seq,
        )
        .join(Justification, Justification.id == Expense.justification_id)
        .join(found, and_(found.c.subject_id == Justification.id, found.c.at == Expense.cleared_at))
        .where(Expense.cleared_minor > 0)
        .order_by(found.c.seq, Expense.number)
    )
    return [
        Unit(n, f"{report}/{number}", day, int(amount), int(seq))
        for n, report, number, day, amount, seq in work.db.execute(statement)
    ]


def pairs(population: Sequence[Unit]) -> list[sampling.Unit]:
    """The population as the arithmetic takes it."""
    return [(unit.reference, unit.amount_minor) for unit in population]


def kept(population: Sequence[Unit], hits: Sequence[sampling.Hit]) -> list[dict[str, Any]]:
    """The rows drawn, as a sample keeps them."""
    return [
        {
            "id": population[hit.index].id,
            "reference": population[hit.index].reference,
            "day": population[hit.index].day.isoformat(),
            "amount_minor": population[hit.index].amount_minor,
            "seq": population[hit.index].seq,
            "times": hit.times,
        }
        for hit in hits
    ]


def get(work: Work, number: int) -> Sample:
    """A sample, for whoever draws them; NotFound when there is none."""
    work.require(DRAWS)
    found = work.db.get(Sample, number) if 0 < number < 2**62 else None
    if found is None:
        raise NotFound
    return found


def listed(work: Work) -> Any:
    """Every sample with who drew it, for the list."""
    return select(
        Sample.id,
        Sample.reference,
        Sample.population,
        Sample.fund,
        Sample.method,
        Sample.drawn_count,
        Sample.drawn_minor,
        Sample.population_count,
        Sample.population_minor,
        Sample.drawn_at,
        Person.full_name,
    ).join(Person, Person.id == Sample.drawn_by_id)


def funds(work: Work) -> list[tuple[str, str]]:
    """The funds, as choices."""
    found = work.db.execute(select(Fund.code, Fund.name).order_by(Fund.code))
    return [(code, f"{code} – {name}") for code, name in found]


def asked_of(sample: Sample) -> Asked:
    """What it was drawn from."""
    return Asked(sample.population, sample.fund, sample.from_on, sample.to_on)


def redrawn(work: Work, sample: Sample) -> Redrawn:
    """Draw it again, as far as the entry at which it was drawn."""
    population = units(work, asked_of(sample), sample.head_seq)
    same = sampling.fingerprint(pairs(population)) == sample.population_hash
    again: list[dict[str, Any]] = []
    if sample.size <= len(population):
        again = kept(population, sampling.draw(sample.method, sample.seed, pairs(population), sample.size))
    return Redrawn(
        head_holds=ledger.hashes(work.db, [sample.head_seq]).get(sample.head_seq) == sample.head_hash,
        population_same=same,
        rows_same=again == sample.rows,
        count=len(population),
        total_minor=sum(unit.amount_minor for unit in population),
    )


def period(sample: Sample) -> str:
    """Its period in words."""
    first, last = date_text(sample.from_on), date_text(sample.to_on)
    if first and last:
        return _("from %(start)s to %(end)s") % {"start": first, "end": last}
    if first:
        return _("since %(start)s") % {"start": first}
    return _("until %(end)s") % {"end": last} if last else _("every entry")


def coverage(sample: Sample) -> int:
    """The francs drawn, in tenths of a percent of the population."""
    return percent_of(sample.drawn_minor, sample.population_minor)


def rows(work: Work, sample: Sample) -> list[Row]:
    """The rows drawn with what their records say of them now. One query."""
    numbers = [row["id"] for row in sample.rows]
    kind = POPULATIONS[sample.population].about
    if kind == "payment":
        statement: Any = (
            select(Disbursement.id, Disbursement.payee, Agreement.reference)
            .join(Agreement, Agreement.id == Disbursement.agreement_id)
            .where(Disbursement.id.in_(numbers))
        )
        page = "disbursements.show"
    else:
        statement = (
            select(Expense.id, Expense.supplier, Agreement.reference)
            .join(Agreement, Agreement.id == Expense.agreement_id)
            .where(Expense.id.in_(numbers))
        )
        page = "justifications.expense"
    told = {number: (about, agreement) for number, about, agreement in work.db.execute(statement)}
    return [
        Row(
            row["reference"],
            date.fromisoformat(row["day"]),
            row["amount_minor"],
            row["seq"],
            row["times"],
            *told.get(row["id"], ("", "")),
            url(page, id=row["id"]),
            url("desk.dossier", kind=kind, id=row["id"]),
        )
        for row in sample.rows
    ]


def facts(work: Work, sample: Sample) -> dict[str, Any]:
    """All that its page shows."""
    names = work.around.names_of(work.db, {sample.drawn_by_id})
    return {
        "sample": sample,
        "rows": rows(work, sample),
        "period": period(sample),
        "coverage": coverage(sample),
        "drawn_by": names.get(sample.drawn_by_id, ""),
        "papers": documents.shown(work, sample),
        "interval": sample.population_minor // sample.size if sample.method == "monetary" else None,
    }


def paper_facts(work: Work, sample: Sample) -> dict[str, Any]:
    """What its paper prints: nothing that moves afterwards."""
    return {
        **frame(work),
        "letterhead": letterhead(work.today),
        "head": {"seq": sample.head_seq, "hash": sample.head_hash},
        "population": sample.population,
        "fund": next((words for code, words in funds(work) if code == sample.fund), sample.fund),
        "from_on": sample.from_on.isoformat() if sample.from_on else None,
        "to_on": sample.to_on.isoformat() if sample.to_on else None,
        "method": sample.method,
        "seed": sample.seed,
        "size": sample.size,
        "population_count": sample.population_count,
        "population_minor": sample.population_minor,
        "population_hash": sample.population_hash,
        "drawn_count": sample.drawn_count,
        "drawn_minor": sample.drawn_minor,
        "coverage": coverage(sample),
        "currency": sample.amount_currency,
        "rows": [
            [row.reference, row.day.isoformat(), row.agreement, row.about, row.amount_minor, row.times]
            for row in rows(work, sample)
        ],
    }


documents.owner("audit_sample", get)
