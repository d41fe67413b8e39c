"""Writing a file: opening it, saving its pages in any order, attaching its papers, completing what came on paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import delete, insert, select

from portfolio.applications import queries
from portfolio.applications.forms import PAGES, BudgetPage, PageForm
from portfolio.applications.models import Application, BudgetItem, Piece
from portfolio.calls.models import Call, RequiredPiece
from portfolio.documents import service as documents
from portfolio.documents.models import Document
from portfolio.documents.service import Upload
from portfolio.groups.models import Group
from portfolio.kit.errors import FieldError, Invalid, Refusal, Refused, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import MAX_MINOR
from portfolio.kit.text import fold
from portfolio.places.models import Place
from portfolio.work import Work

UNSCREENED = ("submitted", "late", "pieces_requested")


def writing_permission(work: Work, application: Application) -> str:
    """The permission under which this person writes: for the own group, or for the institution."""
    return "own:apply" if work.may("own:apply", application) else "application:enter"


def one_file_obstacles(work: Work, call: Call, group: Group) -> Iterator[Refusal]:
    """A group hands in as many files as the call says, usually one."""
    if group.status == "blocked":
        yield Refusal(
            "group_blocked",
            _("This group is blocked: no file can be opened for it."),
            _("Open the group's record to read why and who can lift the block."),
        )
    if call.max_files == 1 and (other := queries.live(work, call.id, group.id)) is not None:
        yield Refusal(
            "already_filed",
            _("This group already has the file %(reference)s in this call.") % {"reference": other.reference},
            _("Open that file. To hand in another, withdraw it first."),
            url=f"/applications/{other.id}",
        )


def start_obstacles(work: Work, call: Call, group: Group) -> Iterator[Refusal]:
    """Why a file cannot be opened online: the call is not open, the group is blocked, not admitted or already there."""
    if not queries.accepting(call, work.now):
        yield Refusal(
            "call_not_open",
            _("This call is not open now. Files are accepted between its opening and its deadline."),
        )
    if call.categories and group.category not in call.categories:
        yield Refusal(
            "category_not_admitted",
            _("This call is not open to groups of this category."),
            _("Read in the notice who may apply."),
        )
    yield from one_file_obstacles(work, call, group)


def start(work: Work, call: Call, group: Group, *, channel: str = "online") -> Application:
    """Open a draft for a group. Refused when the call is not open or the group may not apply."""
    refuse(start_obstacles(work, call, group))
    application = new(work, call, group, channel)
    permission = writing_permission(work, application)
    work.create(application, "application:created", permission=permission, data={"call": call.code})
    add_pieces(work, application, call)
    return application


def new(work: Work, call: Call, group: Group, channel: str) -> Application:
    """A file in draft, not stored yet: its number is given."""
    application = Application(
        reference=work.number("application", "application"),
        call_id=call.id,
        group_id=group.id,
        place_id=group.place_id,
        country=group.country,
        channel=channel,
        amount_currency=call.amount_currency,
        created_by_id=work.actor.id,
        created_at=work.now,
        submitted_at=work.now,
        answers={},
        pages_saved=[],
        title="",
        status="draft",
    )
    application.search = search_text(work, application, group)
    return application


def add_pieces(work: Work, application: Application, call: Call) -> None:
    """Copy the list of papers of the notice into the file; conditional ones wait until somebody says they are needed."""
    category = work.db.get_one(Group, application.group_id).category
    rows = [
        {
            "application_id": application.id,
            "code": required.code,
            "label": required.label,
            "position": required.position,
            "state": "absent" if asked_of(required, category) else "not_needed",
            "note": "",
        }
        for required in queries.required(work, call)
    ]
    if rows:
        work.db.execute(insert(Piece), rows)


def asked_of(required: RequiredPiece, category: str) -> bool:
    """Whether a paper is asked of this category of group without condition."""
    if required.categories and category not in required.categories:
        return False
    return not required.conditional and required.needed_from_minor is None


def search_text(work: Work, application: Application, group: Group, *more: str) -> str:
    """Numbers, title, group and places folded, for searching without accents."""
    place = work.db.get_one(Place, application.place_id)
    parts = (
        application.reference,
        application.title,
        group.name,
        group.code,
        place.name,
        group.village,
        *more,
    )
    return " ".join(fold(part) for part in parts if part)[:700]


def save_obstacles(work: Work, application: Application) -> Iterator[Refusal]:
    """After filing a file is read only; what came on paper stays open for entry until it is complete."""
    to_enter = (
        application.channel == "paper" and application.entered_at is None and application.status in UNSCREENED
    )
    if application.status != "draft" and not (to_enter and work.may("application:enter", application)):
        yield Refusal(
            "read_only",
            _("This file was filed: nothing in it can be changed any more."),
            _(
                "A paper that is asked for can still be attached; anything else goes through the grants officer."
            ),
        )


def save_page(
    work: Work, application: Application, page: str, form: PageForm, *, quiet: bool = False
) -> Application:
    """Keep one page as it is, complete or not. The history keeps the first time a page of a draft is
    saved, and every time that a file already filed on paper is entered; `quiet` saves leave no line.

    Refused when the same page was saved meanwhile from another screen with other words: both texts are then shown (C05).
    """
    work.hold(application)
    refuse(save_obstacles(work, application))
    work.require(writing_permission(work, application), application)
    seen = queries.page_version(application, page)
    data = form.model_dump(mode="json", exclude={"version"})
    stored = application.answers.get(page, {})
    if form.version is not None and form.version != seen and data != {k: stored.get(k) for k in data}:
        raise Refused(
            Refusal(
                "changed_meanwhile",
                _(
                    "This page was saved meanwhile from another screen. Your text is kept below, with the other beside it."
                ),
                _("Compare the two, correct yours, then save again."),
            )
        )
    _apply(work, application, page, form, data)
    application.answers = {**application.answers, page: {**data, "rev": seen + 1}}
    first = page not in application.pages_saved
    if first:
        application.pages_saved = [p for p in PAGES if p in {*application.pages_saved, page}]
    application.saved_at = work.now
    application.version += 1
    application.search = search_text(work, application, work.db.get_one(Group, application.group_id))
    work.db.flush()
    if not quiet and (first or application.filed):
        work.record("application:saved", application, data={"page": page})
    return application


def _apply(work: Work, application: Application, page: str, form: PageForm, data: Mapping[str, Any]) -> None:
    if page == "project":
        application.title = data["title"]
        if data["commune_id"] is not None:
            place = work.db.get(Place, data["commune_id"])
            if place is None or place.country != application.country:
                raise Invalid([FieldError("commune_id", _("Choose a commune of the list."))])
            application.place_id = place.id
    elif page == "contribution":
        application.months = data["months"] or 0
    elif isinstance(form, BudgetPage):
        _save_budget(work, application, form)


def _save_budget(work: Work, application: Application, form: BudgetPage) -> None:
    work.db.execute(delete(BudgetItem).where(BudgetItem.application_id == application.id))
    sums = dict.fromkeys("SNV", 0)
    rows: list[dict[str, object]] = []
    for at, line in enumerate(form.lines):
        if not (line.label and line.quantity and line.price and line.source):
            continue
        sums[line.source] += line.quantity * line.price
        if sum(sums.values()) > MAX_MINOR:
            words = _("This amount is too large. Check the number of zeros.")
            raise Invalid([FieldError(f"lines-{at}-price", words)])
        rows.append(
            {
                "application_id": application.id,
                "position": len(rows) + 1,
                "label": line.label,
                "unit": line.unit or "",
                "quantity": line.quantity,
                "unit_minor": line.price,
                "amount_minor": line.quantity * line.price,
                "source": line.source,
            }
        )
    if rows:
        work.db.execute(insert(BudgetItem), rows)
    application.requested_minor = sums["S"]
    application.own_cash_minor = sums["N"]
    application.own_kind_minor = sums["V"]
    _ask_by_amount(work, application)


def _ask_by_amount(work: Work, application: Application) -> None:
    """Some papers are asked only above an amount: the sum requested decides whether they are missing."""
    bounds = {
        r.code: r.needed_from_minor
        for r in work.db.scalars(select(RequiredPiece).where(RequiredPiece.call_id == application.call_id))
        if r.needed_from_minor is not None
    }
    for piece in queries.pieces(work, application):
        bound = bounds.get(piece.code)
        if bound is None:
            continue
        needed = application.requested_minor >= bound
        if needed and piece.state == "not_needed":
            piece.state = "absent"
        elif not needed and piece.state == "absent":
            piece.state = "not_needed"


def attach_obstacles(work: Work, application: Application, piece: Piece) -> Iterator[Refusal]:
    """Papers come in while the file is written; afterwards only those that were asked for."""
    if application.status == "draft":
        return
    if application.status in UNSCREENED and work.may("application:enter", application):
        return
    if application.status == "pieces_requested" and piece.state in queries.OPEN_PIECES:
        return
    yield Refusal(
        "not_asked",
        _("This paper was not asked for: it cannot be added to a file that was filed."),
        _("Only the papers listed in the letter can still be attached."),
    )


def add_piece(work: Work, application: Application, code: str, upload: Upload) -> Document:
    """Attach the file of one paper; it waits to be checked. Raises Invalid when the file itself is refused."""
    work.hold(application)
    work.require(writing_permission(work, application), application)
    piece = next((p for p in queries.pieces(work, application) if p.code == code), None)
    if piece is None:
        raise Invalid([FieldError("file", _("This paper is not on the list of the call."))])
    refuse(attach_obstacles(work, application, piece))
    document = documents.add(work, application, f"piece:{code}"[:40], upload)
    piece.document_id = document.id
    piece.state, piece.checked_by_id, piece.checked_at = "present", None, None
    application.version += 1
    work.db.flush()
    work.record("piece:added", application, data={"code": code, "document": document.id})
    return document


def entry_obstacles(work: Work, application: Application) -> Iterator[Refusal]:
    """What is still blank in a file that came on paper."""
    yield from incomplete(work, application)


def incomplete(work: Work, application: Application) -> Iterator[Refusal]:
    """One refusal a page that is not complete, with what is missing and the page to open."""
    call, group = queries.call_of(work, application), queries.group_of(work, application)
    for page in queries.page_states(application, call, group, ()):
        if page.code != "pieces" and page.missing:
            yield Refusal(
                "page_incomplete",
                _("Page “%(page)s” is not complete.") % {"page": page.label},
                page.note or _("Open it and fill it in."),
                url=f"/applications/{application.id}/edit/{page.code}",
            )


def complete_entry(work: Work, application: Application) -> Application:
    """Say that a file deposited on paper is entered in full: it becomes read only and can be examined (R15)."""
    work.hold(application)
    work.require("application:enter", application)
    refuse(save_obstacles(work, application))
    refuse(entry_obstacles(work, application))
    application.entered_by_id, application.entered_at = work.actor.id, work.now
    application.version += 1
    work.db.flush()
    work.record("application:entered", application)
    return application


def fill(work: Work, application: Application, pages: Mapping[str, PageForm]) -> Application:
    """Save several pages at once, and complete the entry of a file that came on paper."""
    for page, form in pages.items():
        save_page(work, application, page, form, quiet=True)
    work.record("application:saved", application, data={"pages": list(pages)})
    if application.status != "draft" and application.entered_at is None:
        complete_entry(work, application)
    return application
