"""Where a group is paid: proposed by one person, confirmed by another who types the number again (D12, M12)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from portfolio.groups import queries
from portfolio.groups.forms import AccountForm, VerifyAccountForm
from portfolio.groups.models import Group, GroupAccount
from portfolio.groups.reference import providers
from portfolio.kit.errors import FieldError, Invalid, Refusal, Refused, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.kit.text import number_key
from portfolio.rulebook.lifecycles.groups import GROUP_ACCOUNT
from portfolio.work import Work


def propose_account(work: Work, group: Group, form: AccountForm) -> GroupAccount:
    """Record where the group asks to be paid. It pays nothing until a second person has verified it."""
    group = work.hold(group)
    work.require("group_account:propose", group)
    check_provider(group.country, form)
    key = number_key(form.number, group.country)
    twin = [a for a in queries.accounts(work, group) if a.number_key == key and a.status != "retired"]
    if twin:
        raise Refused(
            Refusal(
                "already_there",
                _("This number is already among the accounts of the group."),
                _("Verify it, or retire it first."),
            )
        )
    account = GroupAccount(
        group_id=group.id,
        country=group.country,
        kind=form.kind,
        provider=form.provider,
        holder=form.holder,
        number=form.number,
        created_by_id=work.actor.id,
        created_at=work.now,
    )
    # Neither the holder nor the number enters the trail (T09).
    work.create(account, "group_account:created", data={"group": group.code, "kind": form.kind})
    return account


def verify_account_obstacles(work: Work, account: GroupAccount) -> Iterator[Refusal]:
    """What stands in the way whoever verifies: a blocked group."""
    group = work.db.get(Group, account.group_id)
    if group is not None and group.status == "blocked":
        yield Refusal("group_blocked", _("The group is blocked: its accounts cannot be confirmed now."))


def check_second_reading(number: str, form: VerifyAccountForm | None, warnings: Mapping[str, str]) -> None:
    """The second person types the number again from the certificate, and accepts every warning with a reason: of a group's account as of a
    supplier's. Raises Invalid or Refused."""
    if form is not None and form.number != number:
        words = _(
            "This is not the number that was proposed. Read the certificate again, or have the account retired."
        )
        raise Invalid([FieldError("number", words)])
    if warnings and not (form is not None and form.accept and form.why):
        way_out = _("If it is right all the same, tick the box and say why; it is kept with the account.")
        raise Refused(*(Refusal(code, words, way_out) for code, words in warnings.items()))


def check_provider(country: str, form: AccountForm) -> None:
    """A wallet is held with an operator of the country. Raises Invalid."""
    known = providers(country)
    if form.kind == "mobile" and known and form.provider not in known:
        words = _("Choose an operator of this country: %(names)s.") % {"names": ", ".join(known)}
        raise Invalid([FieldError("provider", words)])


def verify_account(work: Work, account: GroupAccount, form: VerifyAccountForm | None = None) -> GroupAccount:
    """Confirm an account from its certificate. The number typed again must be the same, and every warning accepted with its reason.

    Without a form (a job that repeats an act already taken) warnings are not accepted.
    """
    account = work.hold(account)
    refuse(verify_account_obstacles(work, account))
    group = work.db.get_one(Group, account.group_id)
    shared = queries.shared_numbers(work, group).get(account.number_key, [])
    warnings = queries.account_warnings(group, account, queries.officers(work, group), shared)
    check_second_reading(account.number, form, {code: _(queries.WARNING_WORDS[code]) for code in warnings})
    work.advance(
        GROUP_ACCOUNT,
        account,
        "verify",
        permission_on=group,
        reason=form.why if form is not None and warnings else None,
        data={"warnings": warnings} if warnings else None,
    )
    return account


def retire_account(work: Work, account: GroupAccount, reason: str) -> GroupAccount:
    """Take an account out of use; payments already made keep it."""
    account = work.hold(account)
    work.advance(
        GROUP_ACCOUNT,
        account,
        "retire",
        reason=reason,
        permission_on=work.db.get_one(Group, account.group_id),
    )
    return account
