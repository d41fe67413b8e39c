"""Orders to repay: the list, a new one, its page, its signature, what comes back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, select
from starlette.responses import Response

from portfolio.agreements.models import Agreement, Tranche
from portfolio.documents.service import ACCEPT
from portfolio.funds.models import Fund
from portfolio.groups.models import Group
from portfolio.justifications import queries, service
from portfolio.justifications.forms import (
    CollectForm,
    DeductForm,
    NoticeLinkForm,
    ProposeWriteOffForm,
    ReasonForm,
    RecoveryForm,
    WriteOffForm,
)
from portfolio.justifications.models import Recovery
from portfolio.justifications.pdf import order_pdf
from portfolio.justifications.reference import GROUNDS
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import N_, pgettext
from portfolio.kit.i18n import gettext as _
from portfolio.kit.search import search_clause
from portfolio.rulebook.lifecycles.justifications import RECOVERY
from portfolio.web.act import Query, Raw, W, allow, on_refusal, room
from portfolio.web.filters import Choice, Period, Search
from portfolio.web.listing import Column, Listing
from portfolio.web.render import done, moves, page, pdf_response, status_steps
from portfolio.web.urls import url
from portfolio.work import Work

router = room("justifications")
R = Recovery


def _statement(work: Work) -> Any:
    return (
        select(
            R.id,
            R.reference,
            Agreement.reference,
            Group.name,
            Tranche.number,
            R.due_on,
            R.amount_minor,
            R.collected_minor,
            case((R.status == "cancelled", 0), else_=R.amount_minor - R.collected_minor - R.written_off_minor),
            R.status,
        )
        .join(Agreement, Agreement.id == R.agreement_id)
        .join(Group, Group.id == R.group_id)
        .join(Tranche, Tranche.id == R.tranche_id)
        .where(work.within("recovery:view", R))
    )


def _funds(work: Work) -> list[tuple[str, str]]:
    """Every fund, as choices: one that has no order shows none."""
    found = work.db.execute(select(Fund.id, Fund.code, Fund.name).order_by(Fund.code))
    return [(str(number), f"{code} · {name}") for number, code, name in found]


LISTING = Listing(
    name="recoveries",
    title=N_("Orders to repay"),
    route="justifications.recoveries",
    statement=_statement,
    id_column=R.id,
    default_sort="-reference",
    columns=(
        Column("reference", N_("Order"), "link", sort=R.reference, href="/justifications/recoveries/{id}"),
        Column("agreement", N_("Agreement"), sort=Agreement.reference),
        Column("group", N_("Group"), sort=Group.name),
        Column("tranche", N_("Tranche"), "number"),
        Column("due", N_("To repay by"), "date", sort=R.due_on),
        Column("amount", N_("Amount"), "money", sort=R.amount_minor, total=True),
        Column("collected", N_("Repaid"), "money", total=True),
        Column("left", N_("Left"), "money", total=True),
        Column("status", N_("Status"), "status", sort=R.status, cycle=RECOVERY),
    ),
    filters=(
        Search(Group.folded, where=lambda work, value: search_clause(Group.folded, value)),
        Choice(
            "status",
            N_("Status"),
            lambda work: [(s.code, pgettext("recovery", s.label)) for s in RECOVERY.states],
            R.status,
        ),
        Choice("fund", N_("Fund"), _funds, Agreement.fund_id),
        Period("to", N_("To repay until"), R.due_on, side="to"),
    ),
    empty_title=N_("No order to repay"),
    empty_text=N_("An order is prepared from the page of a report, for what is refused or was not spent."),
)


@router.get("/recoveries", name="justifications.recoveries")
@allow("recovery:view")
def index(work: W, query: Query) -> Response:
    """Every order to repay."""
    return LISTING.respond(work, query)


def show_new(work: Work, tranche: int, bad: Bad | None = None) -> Response:
    """The page that prepares an order: the décompte, the amount proposed."""
    found = queries.get_tranche(work, tranche)
    progress = queries.of_tranche(work, found)
    agreement = work.db.get_one(Agreement, found.agreement_id)
    return page(
        work,
        "justifications/recovery_new.html",
        bad=bad,
        tranche=found,
        agreement=agreement,
        notices=queries.notice_options(work, agreement, found),
        grounds=[(code, _(words)) for code, words in GROUNDS.items()],
        group=work.db.get_one(Group, found.group_id),
        progress=progress,
        proposed=queries.proposed(work, found, progress),
        refused=queries.refused_papers(work, found),
        for_refused=queries.refused_unasked(work, found),
        last_day=service.last_day(work),
        blocked=list(service.prepare_obstacles(work, found)),
        title=_("Prepare an order to repay"),
        crumbs=[(_("Justifications"), url("justifications.index")), (_("Orders to repay"), url("justifications.recoveries")),
                (_("Prepare an order to repay"), None)],
    )  # fmt: skip


def _number(typed: object) -> int:
    text = str(typed or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


@router.get("/recoveries/new", name="justifications.recovery_new")
@allow("recovery:prepare")
def new(work: W, query: Query) -> Response:
    """A new order on a tranche."""
    return show_new(work, _number(query.get("tranche")))


def _again(work: Work, bad: Bad) -> Response:
    return show_new(work, _number(bad.value("tranche_id")), bad)


@router.post("/recoveries", name="justifications.recovery_create")
@allow("recovery:prepare")
@on_refusal(_again)
def create(work: W, raw: Raw) -> Response:
    """Prepare it."""
    recovery = service.prepare_on(work, RecoveryForm.read(raw))
    words = _("Order %(n)s is prepared: the authorising officer signs it.") % {"n": recovery.reference}
    return done(work, url("justifications.recovery", id=recovery.id), words)


def show_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """An order: décompte, quittances, what is left."""
    recovery = queries.get_recovery(work, id)
    return page(
        work,
        "justifications/recovery.html",
        bad=bad,
        steps=status_steps(RECOVERY, recovery.status),
        moves=moves(
            work,
            RECOVERY,
            recovery,
            f"/justifications/recoveries/{id}",
            obstacles={"issue": service.issue_obstacles, "take_charge": service.take_charge_obstacles},
            leave_out=("take_charge",) if recovery.charged_at else (),
        ),
        ground=_(GROUNDS[recovery.ground]),
        may_link=recovery.status == "prepared" and work.may("recovery:prepare", recovery),
        cycle=RECOVERY,
        may_collect=recovery.status == "issued" and work.may("recovery:collect", recovery),
        may_deduct=recovery.status == "issued" and work.may("recovery:deduct", recovery),
        may_propose=recovery.status == "issued" and work.may("recovery:collect", recovery),
        write_off_lacks=list(service.write_off_obstacles(work, recovery)) if recovery.status == "issued" else [],
        accept=ACCEPT,
        may_write_off=recovery.status == "issued" and work.may("recovery:write_off", recovery),
        title=_("Order to repay %(n)s") % {"n": recovery.reference},
        crumbs=[(_("Justifications"), url("justifications.index")), (_("Orders to repay"), url("justifications.recoveries")),
                (recovery.reference, None)],
        **queries.recovery_facts(work, recovery),
    )  # fmt: skip


@router.get("/recoveries/{id}", name="justifications.recovery")
@allow("recovery:view")
def show(work: W, id: int) -> Response:
    """One order."""
    return show_page(work, id)


@router.post("/recoveries/{id}/issue", name="justifications.recovery_issue")
@allow("recovery:issue")
@on_refusal(show_page)
def issue(work: W, id: int) -> Response:
    """Sign it."""
    service.issue_recovery(work, queries.get_recovery(work, id))
    return done(work, url("justifications.recovery", id=id), _("The order to repay is signed."))


@router.post("/recoveries/{id}/withdraw", name="justifications.recovery_withdraw")
@allow("recovery:prepare")
@on_refusal(show_page)
def withdraw(work: W, raw: Raw, id: int) -> Response:
    """Withdraw it before anybody signs it."""
    service.withdraw(work, queries.get_recovery(work, id), ReasonForm.read(raw).reason)
    return done(work, url("justifications.recovery", id=id), _("The order to repay is withdrawn."), "warn")


@router.post("/recoveries/{id}/take_charge", name="justifications.recovery_take_charge")
@allow("recovery:collect")
@on_refusal(show_page)
def take_charge(work: W, id: int) -> Response:
    """Take it in charge."""
    service.take_charge(work, queries.get_recovery(work, id))
    return done(work, url("justifications.recovery", id=id), _("The order is taken in charge."))


@router.post("/recoveries/{id}/notice", name="justifications.recovery_notice")
@allow("recovery:prepare")
@on_refusal(show_page)
def link_notice(work: W, raw: Raw, id: int) -> Response:
    """Rest it on a formal notice."""
    service.link_notice(work, queries.get_recovery(work, id), NoticeLinkForm.read(raw).notice_id)
    return done(work, url("justifications.recovery", id=id), _("The order rests on this formal notice."))


@router.post("/recoveries/{id}/collect", name="justifications.recovery_collect")
@allow("recovery:collect")
@on_refusal(show_page)
def collect(work: W, raw: Raw, id: int) -> Response:
    """Record what came back."""
    receipt = service.collect(work, queries.get_recovery(work, id), CollectForm.read(raw))
    words = _("Receipt %(n)s is issued.") % {"n": receipt.reference}
    return done(work, url("justifications.recovery", id=id), words)


@router.post("/recoveries/{id}/deduct", name="justifications.recovery_deduct")
@allow("recovery:deduct")
@on_refusal(show_page)
def deduct(work: W, raw: Raw, id: int) -> Response:
    """Take it from a payment to the same group."""
    row = service.deduct(work, queries.get_recovery(work, id), DeductForm.read(raw))
    words = _("Set-off %(n)s is decided: the order of payment prints it, and the net is paid.")
    return done(work, url("justifications.recovery", id=id), words % {"n": row.reference})


@router.post("/recoveries/{id}/propose_write_off", name="justifications.recovery_propose_write_off")
@allow("recovery:collect")
@on_refusal(show_page)
def propose_write_off(work: W, raw: Raw, id: int) -> Response:
    """Enter the act on which it may be written off."""
    service.propose_write_off(work, queries.get_recovery(work, id), ProposeWriteOffForm.read(raw))
    return done(work, url("justifications.recovery", id=id), _("The act is entered: the authorising officer decides."))


@router.post("/recoveries/{id}/write_off", name="justifications.recovery_write_off")
@allow("recovery:write_off")
@on_refusal(show_page)
def write_off(work: W, raw: Raw, id: int) -> Response:
    """Write off what is left."""
    service.write_off(work, queries.get_recovery(work, id), WriteOffForm.read(raw))
    return done(work, url("justifications.recovery", id=id), _("What was left is written off."))


@router.post("/recoveries/{id}/print", name="justifications.recovery_print")
@allow("recovery:view")
@on_refusal(show_page)
def print_(work: W, id: int) -> Response:
    """Its next edition, with what came back since."""
    recovery = queries.get_recovery(work, id)
    paper = service.issue_order(work, recovery)
    return done(work, f"/documents/papers/{paper.id}")


@router.get("/recoveries/{id}/draft.pdf", name="justifications.recovery_draft")
@allow("recovery:view")
def draft(work: W, id: int) -> Response:
    """The order as it stands, « PROJET » until it is signed."""
    recovery = queries.get_recovery(work, id)
    return pdf_response(work, order_pdf(service.order_facts(work, recovery)), f"{recovery.reference}.pdf")
