"""What may be typed about a group, its bureau and its accounts: shape only."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator

from portfolio.kit.forms import (
    Count,
    Day,
    Flag,
    Form,
    Line,
    OptionalDay,
    Phone,
    Reason,
    fail,
    optional,
    text,
    whole,
)
from portfolio.kit.i18n import gettext as _

Category = Literal["women", "youth", "cooperative", "committee", "association", "union"]
Office = Literal["president", "treasurer", "secretary"]
Sex = Literal["F", "M"]
CHECKS = ("registration", "members", "bureau", "existence", "no_duplicate")
"""What a verifier has seen (D1): the legal paper, the signed list, the bureau's papers, the group at its place, no double."""


def _blank_phone(value: object) -> object:
    return "" if not isinstance(value, str) or not value.strip() else value


def _email(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        return ""
    cleaned = value.strip().lower()
    if len(cleaned) > 200 or not re.fullmatch(r"[^@\s<>\"]+@[^@\s<>\".]+(\.[^@\s<>\".]+)+", cleaned):
        raise fail("email", _("Enter an e-mail address such as name@example.org, or leave the field empty."))
    return cleaned


def _number(value: object) -> str:
    cleaned = re.sub(r"[\s\u00a0\u202f.\-/]", "", value).upper() if isinstance(value, str) else ""
    if not re.fullmatch(r"\+?[0-9A-Z]{5,40}", cleaned):
        raise fail(
            "number",
            _("Enter the account or wallet number in figures and capital letters, without sentences."),
        )
    return cleaned


def _password(value: object) -> str:
    # Kept as typed: a password is never cleaned.
    if not isinstance(value, str) or len(value) < 12:
        raise fail(
            "short", _("Choose a password of at least 12 characters; a short sentence is easy to remember.")
        )
    if len(value) > 200 or "\x00" in value:
        raise fail("long", _("Choose a password of at most 200 characters."))
    return value


Password = Annotated[str, BeforeValidator(_password)]
Email = Annotated[str, BeforeValidator(_email)]
MaybePhone = Annotated[str | None, optional(Phone.__metadata__[0])]
AccountNumber = Annotated[str, BeforeValidator(_number)]
Version = Annotated[int | None, optional(whole(1, 1_000_000))]
PlaceId = Annotated[int | None, optional(whole(1, 999_999_999))]


class GroupFields(Form):
    """What is known of a group: who it is, where, how many members. Members count women and men; the young and the displaced are among them."""

    name: Annotated[str, text(200, 3)]
    legal_form: Line
    category: Category
    place: Annotated[str | None, optional(text(200))] = None
    place_id: PlaceId = None
    village: Annotated[str | None, optional(text(200))] = None
    phone: MaybePhone = None
    email: Email = ""
    founded_on: Annotated[date | None, optional(Day.__metadata__[0])] = None
    registration: Annotated[str | None, optional(text(120))] = None
    registration_kind: Annotated[str | None, optional(text(120))] = None
    women: Count = 0
    men: Count = 0
    youth: Count = 0
    displaced: Count = 0
    note: Annotated[str | None, optional(text(2000, lines=True))] = None
    hidden_place: Flag = False


class RegisterForm(GroupFields):
    """A new group, with its president and treasurer when they are known; `confirmed` says that the nearest groups were looked at."""

    president: Annotated[str | None, optional(text(200, 3))] = None
    president_sex: Sex | None = None
    president_phone: MaybePhone = None
    treasurer: Annotated[str | None, optional(text(200, 3))] = None
    treasurer_sex: Sex | None = None
    treasurer_phone: MaybePhone = None
    confirmed: Flag = False


class EditForm(GroupFields):
    """A group as it stands now; `version` is that of the page that was read (C05)."""

    version: Version = None


class OfficerForm(Form):
    """Who takes an office from a date, and by which act when somebody held it before."""

    office: Office
    full_name: Annotated[str, text(200, 3)]
    sex: Sex | None = None
    phone: MaybePhone = None
    id_kind: Annotated[str | None, optional(text(80))] = None
    id_number: Annotated[str | None, optional(text(60))] = None
    can_sign: Flag = False
    since: Day
    act: Annotated[str | None, optional(text(200))] = None


class AccountForm(Form):
    """Where the group wants to be paid."""

    kind: Literal["bank", "sfd", "mobile", "cash"]
    provider: Line
    holder: Annotated[str, text(200, 3)]
    number: AccountNumber


class VerifyAccountForm(Form):
    """A second person types the number again from the certificate, and says why a warning is accepted."""

    number: AccountNumber
    accept: Flag = False
    why: Annotated[str | None, optional(text(1000, 10, lines=True))] = None


class VerifyForm(Form):
    """What was seen with one's own eyes before the group is marked as verified."""

    multiple: ClassVar[frozenset[str]] = frozenset({"checked"})
    checked: list[Literal["registration", "members", "bureau", "existence", "no_duplicate"]] = []


class ReasonForm(Form):
    """An act that needs its reason."""

    reason: Reason


class SelfRegisterForm(RegisterForm):
    """A group registers itself: the account of the person who writes, then the group (public side)."""

    full_name: Annotated[str, text(200, 3)]
    account_email: Annotated[str | None, optional(text(200))] = None
    account_phone: MaybePhone = None
    password: Password
    consent: Flag = False


__all__ = [
    "AccountForm",
    "EditForm",
    "GroupFields",
    "OfficerForm",
    "ReasonForm",
    "RegisterForm",
    "SelfRegisterForm",
    "VerifyAccountForm",
    "VerifyForm",
]


class ExclusionForm(Form):
    """An exclusion: its act, its dates, why, and the act itself."""

    act: Annotated[str, text(300)]
    from_on: Day
    until_on: OptionalDay = None
    reason: Reason
    scan: Any = None


class ClearForm(Form):
    """Why a flag is no obstacle."""

    kind: Literal["duplicate_account", "duplicate_phone", "overdue_advance", "exclusion"]
    key: Annotated[str, text(100)]
    reason: Reason
