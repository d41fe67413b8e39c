"""What is typed to sign in, to keep a view."""

from __future__ import annotations

import re
from typing import Annotated, get_args

from pydantic import BeforeValidator

from portfolio.kit.forms import Form, Line, Phone, fail, text
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
