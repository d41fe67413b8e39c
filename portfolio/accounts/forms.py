"""What is typed to sign in, to keep a view."""

from __future__ import annotations

import re
from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator

from portfolio.kit.forms import (
    Day,
    Form,
    Line,
    OptionalDay,
    Phone,
    PositiveAmount,
    Reason,
    fail,
    optional,
    text,
    whole,
)
from portfolio.kit.i18n import gettext as _


def _password(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise fail("missing", _("Type your password."))
    if len(value) > 500 or "\x00" in value or any("\ud800" <= c <= "\udfff" for c in value):
        raise fail("password", _("This password cannot be read. Type it again."))
    return value


def _email(value: object) -> str:
    cleaned = value.strip().lower() if isinstance(value, str) else ""
    name, at, host = cleaned.partition("@")
    if not cleaned:
        raise fail("missing", _("Type your e-mail address."))
    if re.fullmatch(r"[+0-9][0-9\s.()-]{6,22}", cleaned):
        # An applicant without an address signs in with a telephone number, kept in its international form.
        number: str = get_args(Phone)[1].func(cleaned)
        return number
    if not (name and at and "." in host) or len(cleaned) > 200 or not cleaned.isprintable() or " " in cleaned:
        raise fail("email", _("Type an e-mail address such as nom@exemple.org."))
    return cleaned


Password = Annotated[str, BeforeValidator(_password)]
Email = Annotated[str, BeforeValidator(_email)]


class SignInForm(Form):
    """Address, password, and where to go next."""

    email: Email
    password: Password
    next: str = "/"
    resume_action: str = ""
    resume_fields: str = ""


class ViewForm(Form):
    """A list's filters and the name to keep them under."""

    listing: Annotated[str, text(40)]
    query: str = ""
    name: Line
    back: str = "/"


Scope = Literal["all", "country:ML", "country:BF", "country:NE"]


class PersonForm(Form):
    """Somebody of the institution."""

    full_name: Line
    email: Email
    function: Annotated[str, text(200, 0)] = ""
    phone: Annotated[str | None, optional(Phone.__metadata__[0])] = None
    id_number: Annotated[str, text(60, 0)] = ""
    distinct: Annotated[str | None, optional(text(2000, 10, lines=True))] = None
    """Why an account that looks like this one is another person's (M09)."""


class PersonEditForm(Form):
    """What may change on an account; the address stays, it is what the person signs in with."""

    full_name: Line
    function: Annotated[str, text(200, 0)] = ""
    phone: Annotated[str | None, optional(Phone.__metadata__[0])] = None
    id_number: Annotated[str, text(60, 0)] = ""
    distinct: Annotated[str | None, optional(text(2000, 10, lines=True))] = None
    """Why an account that looks like this one is another person's (M09)."""


class TwinForm(Form):
    """Why another account is another person's."""

    other_id: Annotated[int, whole(1, 2_000_000_000)]
    distinct: Annotated[str, text(2000, 10, lines=True)]


class ActForm(Form):
    """The act that appoints, for a role given before it was known."""

    named_number: Annotated[str, text(100)]
    named_on: Day


class RoleForm(Form):
    """A role on a scope, between two dates, and the act that appoints to it (F5)."""

    role: Annotated[str, text(40)]
    scope: Scope = "all"
    starts_on: OptionalDay = None
    ends_on: OptionalDay = None
    appointment_number: Annotated[str | None, optional(text(100))] = None
    appointment_on: OptionalDay = None


class DelegationForm(Form):
    """A role that somebody signs for another, with its act (R10)."""

    receiver_id: Annotated[int, whole(1, 2_000_000_000)]
    assignment_id: Annotated[int, whole(1, 2_000_000_000)]
    kind: Literal["delegation", "interim"]
    act_number: Annotated[str, text(100)]
    act_on: Day
    starts_on: Day
    ends_on: Day
    ceiling: Annotated[int | None, optional(PositiveAmount.__metadata__[0])] = None


class VisaRuleForm(Form):
    """Whether the controller's visa is a step of the institution, from when, by which act (R3)."""

    required: Literal["yes", "no"]
    from_on: Day
    act: Annotated[str, text(300)]
    reason: Reason


class ReasonForm(Form):
    """An act that needs only its reason."""

    reason: Reason


class PasswordForm(Form):
    """The present password and the new one, twice."""

    present: Password
    password: Password
    again: Password
