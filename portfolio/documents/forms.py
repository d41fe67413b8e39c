"""What is typed to give a copy of a paper."""

from __future__ import annotations

from typing import Annotated

from portfolio.kit.forms import Form, optional, text


class CertifyForm(Form):
    """To whom a certified copy is given."""

    given_to: Annotated[str | None, optional(text(200))] = None


class DuplicateForm(Form):
    """Why the original is given again, and to whom."""

    duplicate_to: Annotated[str, text(200)]
    reason: Annotated[str, text(200, 10)]
