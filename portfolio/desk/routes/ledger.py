"""The books on screen: grand livre, balance générale, one act, editions, checks; and the auditor's first page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.responses import Response

from portfolio.desk.queries import auditor as auditor_queries
from portfolio.desk.queries import ledger as queries
from portfolio.desk.queries import reversals
from portfolio.desk.service import ledger as service
from portfolio.documents import queries as documents
from portfolio.kit.errors import Bad, NotFound
from portfolio.kit.forms import Form, Reason
from portfolio.kit.i18n import datetime_text, ngettext
from portfolio.kit.i18n import gettext as _
from portfolio.kit.signing import grouped
from portfolio.ledger import export
from portfolio.ledger import queries as ledger
from portfolio.rulebook.lifecycles.periods import CLOCK
from portfolio.rulebook.permissions import who_may
from portfolio.rulebook.postings import DIMENSION_WORDS, SYCEBNL
from portfolio.web.act import Query, Raw, W, allow, on_refusal, room
from portfolio.web.render import done, file_response, page, sheet_response
from portfolio.web.urls import url
from portfolio.work import Work

router = room("ledger")


class ReasonForm(Form):
    """Why an act is reversed."""

    reason: Reason


class EditionForm(Form):
    """The query string of the view to print."""

    query: str = ""


def tabs(current: str) -> list[dict[str, Any]]:
    return [
        {"label": words, "url": url(route), "current": route == current}
        for words, route in (
            (_("Ledger"), "desk.ledger"),
            (_("Trial balance"), "desk.ledger_balance"),
            (_("Statements"), "desk.statements"),
            (_("Advances by age"), "desk.ageing"),
            (_("Editions"), "desk.ledger_editions"),
            (_("Months"), "desk.ledger_periods"),
            (_("Exercices"), "desk.exercices"),
            (_("Chart of accounts"), "desk.chart"),
            (_("Checks"), "desk.ledger_checks"),
        )
    ]


def _listing(work: Work, query: Any) -> dict[str, Any]:
    filters = queries.read(query)
    return {
        **queries.page_facts(work, filters, query.get("after"), query.get("before")),
        "options": queries.options(work),
        "labels": {name: _(words) for name, words in DIMENSION_WORDS.items()},
        "chips": queries.chips(filters, url("desk.ledger")),
        "tabs": tabs("desk.ledger"),
        "title": queries.title(filters),
        "crumbs": [(_("Ledger"), None)],
    }


@router.get("", name="desk.ledger")
@allow("ledger:view")
def index(work: W, query: Query) -> Response:
    """The grand livre: filters, opening, running balance, closing; or the same as a file."""
    if query.get("format") in ("xlsx", "csv"):
        return _file(work, queries.read(query), query["format"])
    return page(work, "desk/ledger.html", **_listing(work, query))


def _file(work: Work, filters: queries.Filters, kind: str) -> Response:
    """Exactly what is filtered, with its opening and closing, as XLSX or CSV."""
    question = queries.question(work, filters)
    sums = ledger.sums(work.db, question)
    facts = queries.book_facts(work, filters, "")
    columns = queries.fields(filters)
    labels, kinds = [_(c.label) for c in columns], [c.sheet for c in columns]
    names = [c.name for c in columns]
    said_at, wide = names.index("balance") - 3, len(columns)
    at = 1 if filters.by else 0
    if filters.by:
        labels.insert(0, _(DIMENSION_WORDS[filters.by]))
        kinds.insert(0, "text")
    blank: list[Any] = [""] * at

    def rows() -> Any:
        first: list[Any] = [*blank, *[""] * wide]
        first[at + said_at], first[-1] = _("Opening balance"), sums.opening_minor
        yield first
        for row in queries.book_rows(work.db, question, facts):
            yield [
                int(v) if i == at and isinstance(v, str) else "" if v is None else v
                for i, v in enumerate(row)
            ]
        last: list[Any] = [*blank, *[""] * wide]
        last[at + said_at] = _("Totals and closing balance")
        last[-3:] = [sums.debit_minor, sums.credit_minor, sums.closing_minor]
        yield last

    notes = [
        queries.title(filters),
        datetime_text(work.now),
        *(f"{k} : {v}" for k, v in queries.said(filters)),
    ]
    stem = f"{queries.file_name(filters)}-{work.today.isoformat()}"
    return sheet_response(stem, kind, labels, kinds, rows(), notes)


@router.get("/balance", name="desk.ledger_balance")
@allow("ledger:view")
def balance(work: W, query: Query) -> Response:
    """The balance générale."""
    filters = queries.read(query)
    rows = queries.trial_rows(work, filters)
    if query.get("format") in ("xlsx", "csv"):
        return _balance_file(work, filters, rows, query["format"])
    return page(
        work,
        "desk/ledger_balance.html",
        filters=filters,
        said=queries.said(filters),
        rows=rows,
        totals=queries.trial_totals(rows),
        options=queries.options(work),
        labels={name: _(words) for name, words in DIMENSION_WORDS.items()},
        chips=queries.chips(filters, url("desk.ledger_balance")),
        tabs=tabs("desk.ledger_balance"),
        title=_("Trial balance"),
        crumbs=[(_("Ledger"), url("desk.ledger")), (_("Trial balance"), None)],
    )


def _balance_file(work: Work, filters: queries.Filters, rows: list[dict[str, Any]], kind: str) -> Response:
    labels = [_("Account"), _("Label"), _("SYCEBNL account"), _("Opening balance"), _("Debit"), _("Credit"),
              _("Closing balance")]  # fmt: skip
    kinds = ["text", "text", "text", "money", "money", "money", "money"]
    names = ("account", "label", "sycebnl", "opening", "debit", "credit", "closing")
    made = [[r[name] for name in names] for r in rows]
    notes = [
        _("Trial balance"),
        datetime_text(work.now),
        *(f"{k} : {v}" for k, v in queries.said(filters)[1:]),
        _(SYCEBNL),
    ]

    return sheet_response(f"balance-generale-{work.today.isoformat()}", kind, labels, kinds, made, notes)


def _filters_of(form: EditionForm) -> queries.Filters:
    from starlette.datastructures import QueryParams

    return queries.read(QueryParams(form.query[:2000]))


@router.post("/editions", name="desk.ledger_print")
@allow("ledger:print")
def print_(work: W, raw: Raw) -> Response:
    """A numbered edition of what is filtered."""
    paper = service.print_edition(work, _filters_of(EditionForm.read(raw)))
    return done(work, f"/documents/papers/{paper.id}", _("Edition %(n)s is kept.") % {"n": paper.reference})


@router.post("/balance/editions", name="desk.ledger_balance_print")
@allow("ledger:print")
def print_balance(work: W, raw: Raw) -> Response:
    """A numbered edition of the balance générale."""
    paper = service.print_trial_balance(work, _filters_of(EditionForm.read(raw)))
    return done(work, f"/documents/papers/{paper.id}", _("Edition %(n)s is kept.") % {"n": paper.reference})


@router.get("/editions", name="desk.ledger_editions")
@allow("ledger:view")
def editions(work: W) -> Response:
    """The editions kept, newest first."""
    papers = list(reversed(documents.papers_of(work, service.books())))
    names = work.around.names_of(work.db, {p.issued_by_id for p in papers if p.issued_by_id})
    return page(
        work,
        "desk/ledger_editions.html",
        papers=papers,
        names=names,
        tabs=tabs("desk.ledger_editions"),
        title=_("Editions of the ledger"),
        crumbs=[(_("Ledger"), url("desk.ledger")), (_("Editions"), None)],
    )


@router.get("/sealed", name="desk.ledger_sealed")
@allow("ledger:verify")
def sealed(work: W) -> Response:
    """Every entry with every sealed column: what the offline verifier reads (T04)."""
    name = f"grand-livre-{ledger.head(work.db).seq}.jsonl"
    return file_response(lambda path: _written(work, path), name, "application/x-ndjson")


def _written(work: Work, path: Path) -> None:
    export.write(work.db, "jsonl", path)


@router.get("/verifier", name="desk.ledger_verifier")
@allow("ledger:verify")
def verifier(work: W) -> Response:
    """The offline verifier itself: one file, to be run on another machine."""
    return file_response(export.write_verifier, "offline.py", "text/x-python")


def _stands(work: Work) -> dict[str, Any]:
    """Where the ledger stands, and whether a head of it stands outside since little enough time (T06)."""
    head, last = ledger.head(work.db), ledger.last_outside(work.around.outside)
    clocks = ledger.clocks(work.db)
    return {
        "head": head,
        "outside": last,
        "outside_key": grouped(last.by) if last is not None and last.by else "",
        "outside_old": ledger.is_old(last, work.now, head.seq),
        "clock": ledger.clock(work.db, work.now),
        "clocks": clocks,
        "clock_cycle": CLOCK,
        "clock_names": work.around.names_of(
            work.db, {n for c in clocks for n in (c.proposed_by_id, c.admitted_by_id) if n}
        ),
        "admitters": who_may("period:close"),
    }


def show_checks(work: Work, bad: Bad | None = None) -> Response:
    """What the last check of the books found, the button of the next, and the clock."""
    event = auditor_queries.last_check(work)
    names = work.around.names_of(work.db, {event.actor_id} if event and event.actor_id else set())
    return page(
        work,
        "desk/ledger_checks.html",
        bad=bad,
        **_stands(work),
        event=event,
        checked_by=names.get(event.actor_id or 0, "") if event else "",
        findings=None,
        tabs=tabs("desk.ledger_checks"),
        title=_("Checks of the ledger"),
        crumbs=[(_("Ledger"), url("desk.ledger")), (_("Checks"), None)],
    )


@router.get("/checks", name="desk.ledger_checks")
@allow("ledger:view")
def checks(work: W) -> Response:
    """The page of the checks."""
    return show_checks(work)


@router.post("/checks", name="desk.ledger_check")
@allow("ledger:verify")
def check(work: W) -> Response:
    """Check both chains, every balance, every guard, every paper; put it on record."""
    found = service.check(work)
    if not found:
        return done(work, url("desk.ledger_checks"), _("The books are whole: no anomaly."))
    return page(
        work,
        "desk/ledger_checks.html",
        **_stands(work),
        event=None,
        checked_by=work.actor.name,
        findings=found,
        tabs=tabs("desk.ledger_checks"),
        title=ngettext("%(num)d anomaly found", "%(num)d anomalies found", len(found)) % {"num": len(found)},
        crumbs=[(_("Ledger"), url("desk.ledger")), (_("Checks"), None)],
    )


def show_act(work: Work, id: int, bad: Bad | None = None) -> Response:
    """One act with its entries, its source, its reversal."""
    facts = queries.act_facts(work, id)
    if facts is None:
        raise NotFound
    may = work.may("ledger:reverse")
    blocked = list(service.reverse_obstacles(work, facts["entries"])) if may else []
    return page(
        work,
        "desk/ledger_act.html",
        bad=bad,
        may_reverse=may,
        letters=reversals.letters(work, facts["entries"]),
        preview=reversals.preview(work, id),
        blocked=blocked,
        title=_("Act no. %(n)d") % {"n": id},
        crumbs=[(_("Ledger"), url("desk.ledger")), (_("Act no. %(n)d") % {"n": id}, None)],
        **facts,
    )


@router.get("/acts/{id}", name="desk.ledger_act")
@allow("ledger:view")
def act(work: W, id: int) -> Response:
    """One act of the ledger."""
    return show_act(work, id)


@router.post("/acts/{id}/reverse", name="desk.ledger_reverse")
@allow("ledger:reverse")
@on_refusal(show_act)
def reverse(work: W, raw: Raw, id: int) -> Response:
    """Contre-passer: both entries stay, and the reason."""
    form = ReasonForm.read(raw)
    service.reverse(work, id, form.reason)
    return done(work, url("desk.ledger_act", id=id), _("Act no. %(n)d is reversed.") % {"n": id})


@router.get("/auditor", name="desk.auditor")
@allow("ledger:verify")
def auditor(work: W) -> Response:
    """The auditor's first page."""
    return page(
        work, "desk/auditor.html", title=_("Control of the portfolio"), board=auditor_queries.board(work)
    )
