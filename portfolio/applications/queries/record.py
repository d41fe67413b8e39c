"""Everything the pages show: the record, a page of the form, the counter, the register. One function a page, used for the visit
and for a refused form alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, select

from portfolio.applications.forms import PAGES, shown_day
from portfolio.applications.models import Application, FilingReceipt, Piece
from portfolio.applications.queries import files, pages
from portfolio.documents import queries as documents
from portfolio.documents.models import Document
from portfolio.groups.models import Group
from portfolio.groups.queries import category_text
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import N_, datetime_text, pgettext
from portfolio.kit.i18n import gettext as _
from portfolio.places.models import Place
from portfolio.rulebook.lifecycles.applications import APPLICATION
from portfolio.work import Work

PIECE_WORDS = {
    "absent": N_("Absent"),
    "present": N_("Present"),
    "illegible": N_("Illegible"),
    "expired": N_("Expired"),
    "nonconforming": N_("Nonconforming"),
    "waived": N_("Waived"),
    "not_needed": N_("Not needed"),
}
PIECE_TONES = {"present": "good", "waived": "neutral", "not_needed": "neutral", "absent": "warn"}
SOURCE_WORDS = {
    "S": N_("S – grant"),
    "N": N_("N – cash brought"),
    "V": N_("V – in kind, valued"),
}
CONTACT_WORDS = {
    "phone": N_("Telephone"),
    "message": N_("Message"),
    "visit": N_("Visit"),
    "letter": N_("Letter"),
    "counter": N_("At the counter"),
}
CHANNEL_WORDS = {"online": N_("Online"), "paper": N_("Paper"), "file": N_("File")}
PAGE_WORDS = {
    "todo": N_("Not started"),
    "doing": N_("In progress"),
    "done": N_("Completed"),
    "error": N_("To correct"),
}
PAGE_TONES = {"todo": "info", "doing": "warn", "done": "good", "error": "bad"}
MIN_ROWS, SPARE_ROWS = 6, 3


@dataclass(frozen=True)
class PieceRow:
    """A paper of the file as pages show it: its state in words, and the file that was attached, for whoever may open it."""

    piece: Piece
    words: str
    tone: str
    document: Document | None
    checked: bool


def piece_state(code: str) -> str:
    """The words of the state of a paper."""
    return pgettext("piece", PIECE_WORDS[code])


def channel_text(code: str) -> str:
    """The words of a channel of filing."""
    return pgettext("channel", CHANNEL_WORDS[code])


def contact_text(code: str) -> str:
    """The words of a channel of contact."""
    return pgettext("contact", CONTACT_WORDS[code])


def source_text(code: str) -> str:
    """The words of what pays a line."""
    return _(SOURCE_WORDS[code])


def piece_rows(work: Work, application: Application, kept: Sequence[Piece] | None = None) -> list[PieceRow]:
    """The papers with their files, in two queries."""
    pieces = files.pieces(work, application) if kept is None else kept
    found = {d.id: d for d in documents.of(work, application) if documents.opens(work, d.kind, application)}
    return [
        PieceRow(
            p,
            piece_state(p.state),
            PIECE_TONES.get(p.state, "bad"),
            found.get(p.document_id or 0),
            p.checked_at is not None,
        )
        for p in pieces
    ]


def neighbours(work: Work, receipt: FilingReceipt | None) -> tuple[int | None, int | None]:
    """The files just before and just after in the register of the call."""
    if receipt is None:
        return None, None
    statement = select(FilingReceipt.number, FilingReceipt.application_id).where(
        and_(
            FilingReceipt.call_id == receipt.call_id,
            FilingReceipt.number.in_((receipt.number - 1, receipt.number + 1)),
        )
    )
    found = {row[0]: row[1] for row in work.db.execute(statement)}
    return found.get(receipt.number - 1), found.get(receipt.number + 1)


def facts(work: Work, application: Application) -> dict[str, Any]:
    """The page of a file: what was asked, by whom, with which papers, how it came in and where it stands."""
    call, group = files.call_of(work, application), files.group_of(work, application)
    place = files.place_of(work, application)
    receipt = files.receipt(work, application)
    own = files.is_own(work, application)
    items = files.budget(work, application)
    people = {
        p
        for p in (
            application.officer_id,
            application.entered_by_id,
            receipt.received_by_id if receipt else None,
        )
        if p
    }
    contacts = [] if own else files.contacts(work, application)
    people |= {c.by_id for c in contacts if c.by_id}
    before, after = (None, None) if own else neighbours(work, receipt)
    return {
        "application": application,
        "call": call,
        "group": group,
        "place": place,
        "receipt": receipt,
        "own": own,
        "items": items,
        "sums": pages.totals(application),
        "pages": pages.shown_answers(application, place.name),
        "rows": pages.answers(application, "activities").get("rows", []),
        "pieces": piece_rows(work, application),
        "contacts": contacts,
        "requests": files.requests(work, application),
        "names": work.around.names_of(work.db, people),
        "documents": documents.shown(work, application),
        "before": before,
        "after": after,
        "channel_text": channel_text,
        "contact_text": contact_text,
        "contact_channels": [(code, contact_text(code)) for code in CONTACT_WORDS],
        "category": category_text(group.category),
        "source_text": source_text,
        "state_text": pgettext(APPLICATION.noun, _state_label(application, own)),
        "to_enter": application.channel == "paper"
        and application.entered_at is None
        and application.status in ("submitted", "late", "pieces_requested"),
    }


def _state_label(application: Application, own: bool) -> str:
    state = APPLICATION.state(application.status)
    return state.applicant_label or state.label if own else state.label


def draft_facts(work: Work, application: Application) -> dict[str, Any]:
    """The task list of a draft."""
    call, group = files.call_of(work, application), files.group_of(work, application)
    kept = files.pieces(work, application)
    states = pages.page_states(application, call, group, kept)
    return {
        "application": application,
        "call": call,
        "group": group,
        "states": states,
        "done": sum(1 for s in states if s.state == "done"),
        "own": files.is_own(work, application),
        "kept": kept,
        "page_words": {code: _(words) for code, words in PAGE_WORDS.items()},
        "page_tones": PAGE_TONES,
    }


def page_facts(work: Work, application: Application, page: str, bad: Bad | None = None) -> dict[str, Any]:
    """One page of the form: its values as typed or as saved, with the other text beside when somebody saved meanwhile."""
    found = draft_facts(work, application)
    form = PAGES[page]
    saved = pages.answers(application, page)
    typed = bad.typed if bad is not None else None
    clash = bad is not None and any(r.code == "changed_meanwhile" for r in bad.refusals)
    codes = list(PAGES)
    at = codes.index(page)
    values = {name: _value(name, saved, typed) for name in form.model_fields}
    row_field = {"budget": "lines", "activities": "rows"}.get(page, "")
    return {
        **found,
        "page": page,
        "title_of": pgettext("application", form.title_of),
        "labels": {name: _(label) for name, label in form.labels.items()},
        "needed": form.needed,
        "values": values,
        "rows": _rows(row_field, saved, typed) if row_field else [],
        "row_field": row_field,
        "rev": pages.page_version(application, page),
        "previous": codes[at - 1] if at else None,
        "following": codes[at + 1] if at + 1 < len(codes) else None,
        "saved_words": saved_words(application),
        "communes": commune_options(work, found["group"], application) if page == "project" else [],
        "sums": pages.totals(application),
        "wrong": pages.wrong(page, found["call"], application, found["group"]),
        "piece_rows": piece_rows(work, application, found["kept"]) if page == "pieces" else [],
        "clash": _clash(saved, form.labels) if clash else [],
        "sources": [(code, source_text(code)) for code in SOURCE_WORDS],
        "source_text": source_text,
        "open_states": pages.OPEN_PIECES,
    }


def _value(name: str, saved: Mapping[str, Any], typed: Mapping[str, object] | None) -> object:
    if typed is not None:
        return typed.get(name, "")
    return shown_day(saved.get(name)) if name.endswith("_on") else saved.get(name)


def _clash(saved: Mapping[str, Any], labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """What the other screen saved, in words, to compare with."""
    shown = []
    for name, label in labels.items():
        value = saved.get(name)
        if isinstance(value, list):
            value = "\n".join(" · ".join(str(v) for v in row.values() if v is not None) for row in value)
        shown.append((_(label), "" if value is None else str(value)))
    return shown


def _rows(field: str, saved: Mapping[str, Any], typed: Mapping[str, object] | None) -> list[dict[str, Any]]:
    if typed is not None:
        by_number: dict[int, dict[str, Any]] = {}
        for name, value in typed.items():
            parts = name.split("-", 2)
            if len(parts) == 3 and parts[0] == field and parts[1].isdigit() and int(parts[1]) < 1000:
                by_number.setdefault(int(parts[1]), {})[parts[2]] = value
        last = max(by_number, default=-1)
        rows = [by_number.get(n, {}) for n in range(last + 1)]
        while rows and not any(rows[-1].values()):
            rows.pop()
    else:
        rows = [dict(row) for row in saved.get(field, [])]
    return rows + [{} for _n in range(max(SPARE_ROWS, MIN_ROWS - len(rows)))]


def saved_words(application: Application) -> str:
    """« Saved on 12 mars 2026, 14 h 32 », or nothing yet."""
    if application.saved_at is None:
        return ""
    return _("Saved on %(moment)s") % {"moment": datetime_text(application.saved_at)}


def commune_options(work: Work, group: Group, application: Application) -> list[tuple[int, str]]:
    """The communes of the region of the group, and the one chosen."""
    home = work.db.get_one(Place, group.place_id)
    region = "/".join(home.path.split("/")[:2])
    statement = select(Place.id, Place.name).where(
        Place.level == home.level,
        Place.country == group.country,
        Place.path.startswith(region, autoescape=True),
    )
    rows = work.db.execute(statement.order_by(Place.folded).limit(600))
    found = {row[0]: row[1] for row in rows}
    if application.place_id not in found:
        found[application.place_id] = work.db.get_one(Place, application.place_id).name
    return list(found.items())


def check_facts(work: Work, application: Application) -> dict[str, Any]:
    """The last look before filing: every answer, the budget, the papers that are missing."""
    found = draft_facts(work, application)
    place = files.place_of(work, application)
    kept = found["kept"]
    return {
        **found,
        "pages": pages.shown_answers(application, place.name),
        "rows": pages.answers(application, "activities").get("rows", []),
        "items": files.budget(work, application),
        "sums": pages.totals(application),
        "piece_rows": piece_rows(work, application, kept),
        "absent": [p for p in kept if p.state in pages.OPEN_PIECES],
        "late": work.now > found["call"].closes_at,
        "source_text": source_text,
    }
