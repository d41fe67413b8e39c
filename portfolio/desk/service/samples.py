"""Drawing a sample: a record kept for ever, with its paper (domain M6)."""

from __future__ import annotations

import secrets

from portfolio.desk.forms import SampleForm
from portfolio.desk.models import Sample
from portfolio.desk.pdf.samples import sample_pdf
from portfolio.desk.queries import samples as queries
from portfolio.documents.service import issue
from portfolio.kit import sampling
from portfolio.kit.errors import FieldError, Invalid, Refusal, Refused
from portfolio.kit.i18n import gettext as _
from portfolio.kit.i18n import ngettext, speaking
from portfolio.ledger import queries as ledger
from portfolio.rulebook.sampling import DRAWS
from portfolio.work import Work


def draw(work: Work, form: SampleForm) -> Sample:
    """Draw a sample from what the ledger holds now, number it, keep it and print its paper. Invalid: a fund that is not, dates the wrong way
    round, more rows than there are. Refused: nothing to draw from."""
    work.require(DRAWS)
    if form.fund and form.fund not in dict(queries.funds(work)):
        raise Invalid([FieldError("fund", _("Choose one of the answers proposed."))])
    if form.from_on and form.to_on and form.to_on < form.from_on:
        raise Invalid([FieldError("to_on", _("The end comes before the beginning: check both dates."))])
    stands = ledger.head(work.db)
    population = queries.units(
        work, queries.Asked(form.population, form.fund or "", form.from_on, form.to_on), stands.seq
    )
    if not population:
        raise Refused(
            Refusal(
                "nothing_to_draw",
                _("Nothing answers to this choice in the ledger, up to entry no. %(seq)d.")
                % {"seq": stands.seq},
                way_out=_("Widen the dates, or choose another fund."),
            )
        )
    if form.size > len(population):
        words = ngettext(
            "The population holds %(num)d row: draw no more than that.",
            "The population holds %(num)d rows: draw no more than that.",
            len(population),
        )
        raise Invalid([FieldError("size", words % {"num": len(population)})])
    seed = form.seed or secrets.token_hex(6)
    pairs = queries.pairs(population)
    rows = queries.kept(population, sampling.draw(form.method, seed, pairs, form.size))
    sample = Sample(
        reference=work.number("sample", "audit_sample"),
        population=form.population,
        fund=form.fund or "",
        from_on=form.from_on,
        to_on=form.to_on,
        method=form.method,
        size=form.size,
        seed=seed,
        population_count=len(population),
        population_minor=sum(unit.amount_minor for unit in population),
        amount_currency="XOF",
        population_hash=sampling.fingerprint(pairs),
        head_seq=stands.seq,
        head_hash=stands.hash,
        drawn_count=len(rows),
        drawn_minor=sum(row["amount_minor"] for row in rows),
        rows=rows,
        drawn_by_id=work.actor.id,
        drawn_at=work.now,
    )
    data = {
        "population": form.population,
        "method": form.method,
        "seed": seed,
        "rows": [row["reference"] for row in rows],
        "head": stands.hash,
    }
    work.create(sample, "sample:drawn", permission=DRAWS, data=data)
    with speaking("fr"):  # a paper is French whoever prints it
        title = _("Audit sample")
        facts = queries.paper_facts(work, sample)
    issue(
        work,
        kind="audit_sample",
        reference=sample.reference,
        title=title,
        subject=sample,
        facts=facts,
        draw=sample_pdf,
    )
    return sample
