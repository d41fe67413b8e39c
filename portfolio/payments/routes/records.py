"""The list, a new batch, the page of a batch, its file and its slip."""

from __future__ import annotations

from pathlib import Path

from starlette.responses import Response

from portfolio.disbursements.reference import CHANNEL_OF
from portfolio.documents import queries as documents
from portfolio.funds import queries as funds
from portfolio.funds.models import TreasuryAccount
from portfolio.kit.errors import Bad, NotFound
from portfolio.kit.i18n import gettext as _
from portfolio.kit.i18n import speaking
from portfolio.kit.text import last4
from portfolio.payments import queries, service
from portfolio.payments.forms import BatchForm
from portfolio.payments.models import PaymentBatch
from portfolio.payments.pdf import slip_pdf
from portfolio.payments.reference import CHANNEL_WORDS, SIGNATURE_WORDS, profiles
from portfolio.payments.routes.listing import LISTING
from portfolio.rulebook.lifecycles.disbursements import DISBURSEMENT
from portfolio.rulebook.lifecycles.payments import PAYMENT_BATCH
from portfolio.rulebook.permissions import who_may
from portfolio.web.act import Query, Raw, W, allow, on_refusal, room
from portfolio.web.render import done, file_response, moves, page, pdf_response, status_steps
from portfolio.web.urls import url
from portfolio.work import Work

router = room("payments")
SIGNING = ("approve", "authorise", "release")


@router.get("", name="payments.index")
@allow("payment_batch:view")
def index(work: W, query: Query) -> Response:
    """The list."""
    return LISTING.respond(work, query)


def new_page(work: Work, bad: Bad | None = None, account: int | None = None) -> Response:
    """First the account, then the payments that it may pay."""
    typed = str(bad.value("treasury_account_id") if bad else account or "")
    options = funds.account_options(work)
    treasury = None
    if typed in {str(number) for number, _words in options}:
        treasury = work.db.get(TreasuryAccount, int(typed))
    return page(
        work,
        "payments/new.html",
        bad=bad,
        title=_("New batch"),
        crumbs=[(_("Batches of payments"), url("payments.index")), (_("New batch"), None)],
        accounts=[(str(number), words) for number, words in options],
        treasury=treasury,
        candidates=queries.candidates(work, treasury) if treasury else [],
        layouts=[(p.code, p.label) for p in profiles(CHANNEL_OF[treasury.kind], work.today)]
        if treasury
        else [],
        ticked={str(n) for n in _many(bad.value("payments"))} if bad else None,
        last4=last4,
    )


def _many(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else [value]


@router.get("/new", name="payments.new")
@allow("payment_batch:prepare")
def new(work: W, query: Query) -> Response:
    """A new batch."""
    account = query.get("account", "")
    return new_page(work, account=int(account) if account.isdigit() and len(account) < 10 else None)


@router.post("/new", name="payments.create")
@allow("payment_batch:prepare")
@on_refusal(new_page)
def create(work: W, raw: Raw) -> Response:
    """Open the draft."""
    batch = service.create(work, BatchForm.read(raw))
    return done(work, url("payments.show", id=batch.id), _("Batch opened: read it, then lock it."))


def _awaited(batch: PaymentBatch) -> str:
    """Who can do the next act."""
    row = next((m for m in PAYMENT_BATCH.open_moves(batch.status) if m.kind == "main"), None)
    return who_may(row.permission) if row else ""


def show_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The page of one batch."""
    batch = queries.get(work, id)
    facts = queries.facts(work, batch)
    obstacles = {
        "lock": service.lock_obstacles,
        "approve": service.approve_obstacles,
        "authorise": service.approve_obstacles,
        "release": service.approve_obstacles,
        "send": service.send_obstacles,
        "reconcile": service.reconcile_obstacles,
    }
    actions = moves(
        work,
        PAYMENT_BATCH,
        batch,
        url("payments.show", id=id),
        obstacles=obstacles,
        pages={verb: f"#{verb}" for verb in SIGNING},
    )
    signing = next((m.verb for m in actions if m.verb in SIGNING and m.allowed and not m.blocked), None)
    may_edit = batch.status == "draft" and work.may("payment_batch:prepare", batch)
    may_read = work.may("group_account:view_number", batch)
    return page(
        work,
        "payments/show.html",
        bad=bad,
        title=batch.reference,
        crumbs=[(_("Batches of payments"), url("payments.index")), (batch.reference, None)],
        bar=status_steps(PAYMENT_BATCH, batch.status),
        moves=[m for m in actions if m.verb not in SIGNING or m.blocked],
        signing=signing,
        awaited=_awaited(batch),
        may_edit=may_edit,
        candidates=queries.candidates(work, facts["treasury"]) if may_edit else [],
        cycle=PAYMENT_BATCH,
        payment_cycle=DISBURSEMENT,
        channel_words=_(CHANNEL_WORDS[batch.channel]),
        signature_words={code: _(words) for code, words in SIGNATURE_WORDS.items()},
        number_of=lambda number: number if may_read else last4(number),
        documents=documents.shown(work, batch),
        **facts,
    )


@router.get("/{id:int}", name="payments.show")
@allow("payment_batch:view")
def show(work: W, id: int) -> Response:
    """One batch."""
    return show_page(work, id)


@router.get("/{id:int}/file", name="payments.file")
@allow("payment_batch:send")
def file(work: W, id: int) -> Response:
    """The file that was sent, the same byte for byte."""
    name, content = service.made_file(work, queries.get(work, id))

    def write(path: Path) -> None:
        path.write_bytes(content)

    kind = "application/xml" if name.endswith(".xml") else "text/csv"
    return file_response(write, name, kind)


@router.get("/{id:int}/slip", name="payments.slip")
@allow("payment_batch:view")
def slip(work: W, id: int) -> Response:
    """The slip as issued, or as a draft before."""
    batch = queries.get(work, id)
    issued = documents.paper(work, "payment_batch", batch)
    if issued is not None:
        return pdf_response(work, documents.bytes_of(work, issued), f"{issued.reference}.pdf")
    if not batch.line_count:
        raise NotFound
    with speaking("fr"):
        facts = {**queries.slip_facts(work, batch), "reference": batch.reference, "draft": True}
        content = slip_pdf(facts)
    return pdf_response(work, content, f"{batch.reference}.pdf")
