"""Filing: the order number in the register of the call, the hour, the récépissé; late files; withdrawals."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator, Sequence

from sqlalchemy import func, select

from portfolio.applications import pdf, queries
from portfolio.applications.forms import DepositForm, ReasonForm
from portfolio.applications.models import Application, FilingReceipt
from portfolio.applications.service import drafting
from portfolio.calls.models import Call
from portfolio.documents import service as documents
from portfolio.groups import service as groups
from portfolio.groups.forms import RegisterForm
from portfolio.groups.models import Group
from portfolio.kit.errors import FieldError, Invalid, Refusal, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.applications import APPLICATION
from portfolio.work import Work

ONLINE = "online"


def submit_obstacles(work: Work, application: Application) -> Iterator[Refusal]:
    """What keeps a draft from being filed: blank pages, a budget that contradicts the call, a call that is not open yet."""
    call, group = queries.call_of(work, application), queries.group_of(work, application)
    if call.status != "published" or work.now < call.opens_at:
        yield Refusal(
            "call_not_open",
            _("This call is not open now. Files are accepted between its opening and its deadline."),
        )
    if group.status == "blocked":
        yield Refusal("group_blocked", _("This group is blocked: its file cannot be filed."))
    yield from drafting.incomplete(work, application)
    for page in queries.page_states(application, call, group, ()):
        yield from page.wrong


def submit(work: Work, application: Application) -> FilingReceipt:
    """File a draft: it gets its number in the register and becomes read only. After the deadline it is registered as late."""
    work.hold(application)
    refuse(submit_obstacles(work, application))
    call = work.hold(work.db.get_one(Call, application.call_id))
    contact = queries.answers(application, "group")
    ticked = [p.code for p in queries.pieces(work, application) if p.state == "present"]
    return _register(
        work,
        application,
        call,
        depositor=str(contact.get("contact_name", "")),
        capacity=str(contact.get("contact_capacity", "")),
        phone=str(contact.get("contact_phone", "")),
        ticked=ticked,
        envelopes=0 if application.channel == ONLINE else 1,
        place="",
        entered=True,
    )


def deposit_obstacles(work: Work, call: Call) -> Iterator[Refusal]:
    """A counter takes what comes from the opening of the call, late or not; what is late is written as late."""
    if call.status != "published" or work.now < call.opens_at:
        yield Refusal("call_not_open", _("This call is not open yet: nothing can be deposited for it."))


def register_paper(work: Work, form: DepositForm) -> FilingReceipt:
    """The deposit at the counter in six fields (R15): the récépissé now, the full entry later."""
    call = work.db.get(Call, form.call_id)
    if call is None:
        raise Invalid([FieldError("call_id", _("Choose a call of the list."))])
    work.require("filing:receive", call)
    work.hold(call)
    refuse(deposit_obstacles(work, call))
    group = _group(work, form)
    refuse(drafting.one_file_obstacles(work, call, group))
    application = drafting.new(work, call, group, "paper")
    application.requested_minor = form.requested
    work.create(application, "application:created", permission="filing:receive", data={"call": call.code})
    drafting.add_pieces(work, application, call)
    known = {p.code: p for p in queries.pieces(work, application)}
    for code in form.pieces:
        if code not in known:
            raise Invalid([FieldError("pieces", _("This paper is not on the list of the call."))])
        known[code].state = "present"
    return _register(
        work,
        application,
        call,
        depositor=form.depositor,
        capacity=form.depositor_capacity,
        phone=form.depositor_phone,
        ticked=[code for code in known if code in form.pieces],
        envelopes=form.envelopes,
        place=form.place or work.actor.function,
        entered=False,
    )


def _group(work: Work, form: DepositForm) -> Group:
    if form.group_id is not None:
        group = work.db.get(Group, form.group_id)
        if group is None:
            raise Invalid([FieldError("group_id", _("Choose a group of the list, or create it below."))])
        return group
    errors = []
    if not form.new_name:
        errors.append(FieldError("group_id", _("Choose a group of the list, or create it below.")))
    if form.new_name and form.new_category is None:
        errors.append(FieldError("new_category", _("Say what kind of group it is.")))
    if form.new_name and form.new_place_id is None:
        errors.append(FieldError("new_place_id", _("Choose the commune of the group.")))
    if errors or form.new_category is None:
        raise Invalid(errors)
    wanted = RegisterForm(
        name=form.new_name,
        legal_form=_("to be specified"),
        category=form.new_category,
        place_id=form.new_place_id,
        phone=form.depositor_phone,
        confirmed=True,
    )
    return groups.register(work, wanted)


def _register(
    work: Work,
    application: Application,
    call: Call,
    *,
    depositor: str,
    capacity: str,
    phone: str,
    ticked: Sequence[str],
    envelopes: int,
    place: str,
    entered: bool,
) -> FilingReceipt:
    """The next number of the call, given under its locked row: gapless whatever the number of counters (document 2)."""
    late = work.now > call.closes_at or call.register_closed_at is not None
    last = work.db.scalar(select(func.max(FilingReceipt.number)).where(FilingReceipt.call_id == call.id))
    reference = work.number("filing", "filing_receipt")
    labels = {p.code: p.label for p in queries.pieces(work, application)}
    receipt = FilingReceipt(
        reference=reference,
        call_id=call.id,
        number=(last or 0) + 1,
        application_id=application.id,
        received_at=work.now,
        late=late,
        channel=application.channel,
        place=place,
        depositor=depositor,
        depositor_capacity=capacity,
        depositor_phone=phone,
        requested_minor=application.requested_minor,
        envelopes=envelopes,
        pieces=[{"code": c, "label": labels.get(c, c)} for c in ticked],
        received_by_id=work.actor.id,
        follow_up_code=follow_up_code(work.around.secret, reference),
    )
    work.db.add(receipt)
    group = work.db.get_one(Group, application.group_id)
    application.search = drafting.search_text(work, application, group, reference, phone)
    application.filed = True
    if entered:
        application.entered_by_id, application.entered_at = work.actor.id, work.now
    work.advance(
        APPLICATION,
        application,
        "register_late" if late else "submit",
        data={"receipt": reference, "number": receipt.number},
    )
    work.record("application:receipt_issued", application, data={"receipt": reference})
    documents.issue(
        work,
        kind="filing_receipt",
        reference=reference,
        title=_("Filing receipt no. %(number)d") % {"number": receipt.number},
        subject=application,
        facts=queries.receipt_facts(work, application, receipt),
        draw=pdf.receipt_pdf,
    )
    return receipt


def follow_up_code(secret: bytes, reference: str) -> str:
    """Eight letters and figures that only the récépissé says: nobody can guess the code of another file."""
    raw = hmac.new(secret, b"follow-up:" + reference.encode(), hashlib.sha256).digest()
    word = base64.b32encode(raw).decode().translate(str.maketrans("OI", "89"))[:8]
    return f"{word[:4]}-{word[4:]}"


def admit_late(work: Work, application: Application, form: ReasonForm) -> Application:
    """Accept a file filed after the deadline, by the reasoned decision of another person than the one who received it."""
    work.hold(application)
    work.advance(APPLICATION, application, "admit_late", reason=form.reason)
    return application


def refuse_late(work: Work, application: Application, form: ReasonForm) -> Application:
    """Declare inadmissible a file filed after the deadline."""
    work.hold(application)
    work.advance(APPLICATION, application, "refuse_late", reason=form.reason)
    return application


def withdraw_obstacles(work: Work, application: Application) -> Iterator[Refusal]:
    """Once money is reserved for a file, giving it up also frees the money: that is done from its award."""
    if application.status in ("awarded", "waitlisted"):
        yield Refusal(
            "decided",
            _(
                "A decision was taken on this file: giving it up is recorded from its award, which frees the money."
            ),
            _("Open the award of this file."),
        )


def withdraw(work: Work, application: Application, form: ReasonForm) -> Application:
    """Withdraw a file with its reason; its number stays in the register."""
    work.hold(application)
    refuse(withdraw_obstacles(work, application))
    work.advance(APPLICATION, application, "withdraw", reason=form.reason)
    return application
