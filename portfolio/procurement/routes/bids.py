"""One bid at a time: deposit, price read, examination, question and answer; and the opening session."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.kit.errors import Bad, NotFound
from portfolio.kit.i18n import gettext as _
from portfolio.procurement import pdf, queries, service
from portfolio.procurement.forms import (
    AnswerForm,
    CloseOpeningForm,
    DepositForm,
    ExamineForm,
    OpeningForm,
    ProFormaForm,
    QuestionForm,
    ReadForm,
)
from portfolio.procurement.reference import ASIDE_WORDS, PAPER_WORDS
from portfolio.procurement.routes.door import router, show_page, typed, worded
from portfolio.web.act import Raw, W, allow, on_refusal
from portfolio.web.render import done, page, pdf_response
from portfolio.web.urls import url
from portfolio.work import Work

KEEPERS = ("procedure:manage", "procedure:manage_group")


def bid_page(work: Work, id: int, bid: int, bad: Bad | None = None) -> Response:
    """One bid, with the form of its moment."""
    procedure = queries.get(work, id)
    quotation = queries.quotation(work, procedure, bid)
    facts = queries.bid_facts(work, procedure, quotation)
    crumbs = [
        (_("Purchases"), url("procurement.index")),
        (procedure.reference, url("procurement.show", id=id)),
        (facts["supplier"].name, None),
    ]
    keeps = work.may(
        "procedure:manage_group" if procedure.buyer == "group" else "procedure:manage", procedure
    )
    return page(
        work,
        "procurement/bid.html",
        bad=bad,
        title=facts["supplier"].name,
        crumbs=crumbs,
        base=url("procurement.bid", id=id, bid=bid),
        keeps=keeps,
        paper_options=worded(PAPER_WORDS),
        aside_options=[("", _("Not set aside")), *worded(ASIDE_WORDS)],
        **typed(work, bad),
        **facts,
    )


@router.get("/{id:int}/bids/{bid:int}", name="procurement.bid")
@allow("procedure:view")
def show_bid(work: W, id: int, bid: int) -> Response:
    """One bid."""
    return bid_page(work, id, bid)


@router.post("/{id:int}/bids/{bid:int}/deposit", name="procurement.deposit")
@allow("procedure:manage")
@on_refusal(bid_page)
def deposit(work: W, raw: Raw, id: int, bid: int) -> Response:
    """Log a bid at the counter."""
    procedure = queries.get(work, id)
    quotation = queries.quotation(work, procedure, bid)
    service.receive_quotation(work, quotation, DepositForm.read(raw))
    back = f"{url('procurement.show', id=id)}#bids"
    if quotation.late:
        return done(work, back, _("The bid came late: it is logged and goes back unopened."), "warn")
    return done(work, back, _("Bid logged."))


@router.post("/{id:int}/bids/{bid:int}/pro-forma", name="procurement.pro_forma")
@allow(*KEEPERS)
@on_refusal(bid_page)
def pro_forma(work: W, raw: Raw, id: int, bid: int) -> Response:
    """Record a pro forma."""
    procedure = queries.get(work, id)
    service.record_pro_forma(work, queries.quotation(work, procedure, bid), ProFormaForm.read(raw))
    return done(work, f"{url('procurement.show', id=id)}#bids", _("Quotation recorded."))


@router.post("/{id:int}/propose-opening", name="procurement.propose_opening")
@allow("procedure:manage")
@on_refusal(show_page)
def propose_opening(work: W, raw: Raw, id: int) -> Response:
    """The first person announces the opening."""
    service.propose_opening(work, queries.get(work, id), OpeningForm.read(raw))
    return done(work, url("procurement.show", id=id), _("Opening announced: a second person must now open."))


@router.post("/{id:int}/open", name="procurement.open")
@allow("procedure:witness")
@on_refusal(show_page)
def open_bids(work: W, id: int) -> Response:
    """The second person opens."""
    service.open(work, queries.get(work, id))
    return done(work, f"{url('procurement.show', id=id)}#bids", _("Bids opened: read the prices aloud."))


@router.post("/{id:int}/bids/{bid:int}/read", name="procurement.read")
@allow("procedure:manage")
@on_refusal(bid_page)
def read(work: W, raw: Raw, id: int, bid: int) -> Response:
    """Write a price read aloud."""
    procedure = queries.get(work, id)
    service.read_price(work, queries.quotation(work, procedure, bid), ReadForm.read(raw))
    return done(work, f"{url('procurement.show', id=id)}#bids", _("Price written."))


@router.post("/{id:int}/close-opening", name="procurement.close_opening")
@allow("procedure:manage")
@on_refusal(show_page)
def close_opening(work: W, raw: Raw, id: int) -> Response:
    """Close the opening session."""
    service.close_opening(work, queries.get(work, id), CloseOpeningForm.read(raw))
    return done(work, url("procurement.show", id=id), _("Opening session closed: its minutes are issued."))


@router.post("/{id:int}/bids/{bid:int}/examine", name="procurement.examine")
@allow("procedure:manage")
@on_refusal(bid_page)
def examine(work: W, raw: Raw, id: int, bid: int) -> Response:
    """Keep the examination of a bid."""
    procedure = queries.get(work, id)
    quotation = queries.quotation(work, procedure, bid)
    service.examine(work, quotation, ExamineForm.read(raw))
    if queries.is_low(procedure, quotation) and not quotation.question and quotation.conforming:
        words = _("Kept. This bid is abnormally low: ask its author to explain it.")
        return done(work, url("procurement.bid", id=id, bid=bid), words, "warn")
    return done(work, f"{url('procurement.show', id=id)}#bids", _("Examination kept."))


@router.post("/{id:int}/bids/{bid:int}/question", name="procurement.question")
@allow("procedure:manage")
@on_refusal(bid_page)
def question(work: W, raw: Raw, id: int, bid: int) -> Response:
    """Ask the author of an abnormally low bid."""
    procedure = queries.get(work, id)
    service.question(work, queries.quotation(work, procedure, bid), QuestionForm.read(raw))
    return done(work, url("procurement.bid", id=id, bid=bid), _("Question recorded."))


@router.post("/{id:int}/bids/{bid:int}/answer", name="procurement.answer")
@allow("procedure:manage")
@on_refusal(bid_page)
def answer(work: W, raw: Raw, id: int, bid: int) -> Response:
    """Keep the bidder's answer."""
    procedure = queries.get(work, id)
    service.answer(work, queries.quotation(work, procedure, bid), AnswerForm.read(raw))
    return done(work, url("procurement.bid", id=id, bid=bid), _("Answer recorded."))


@router.post("/{id:int}/compare", name="procurement.compare")
@allow("procedure:manage")
@on_refusal(show_page)
def compare(work: W, id: int) -> Response:
    """Close the comparison."""
    service.compare(work, queries.get(work, id))
    return done(work, url("procurement.show", id=id), _("Comparison closed: put it before the committee."))


@router.get("/{id:int}/draft/{kind}", name="procurement.draft")
@allow("procedure:view")
def draft(work: W, id: int, kind: str) -> Response:
    """The minutes as they would be printed now, marked as a draft."""
    procedure = queries.get(work, id)
    if kind == "opening" and procedure.opened_at is not None:
        content = pdf.opening_pdf({**queries.opening_facts(work, procedure), "draft": True})
    elif kind == "award" and procedure.opening_closed_at is not None:
        content = pdf.award_pdf({**queries.award_facts(work, procedure), "draft": True})
    else:
        raise NotFound
    return pdf_response(work, content, f"{procedure.reference}-{kind}.pdf")
