"""What can go wrong, as values and exceptions that every room shares.

Raise to refuse, return to accept: whoever catches one of these has already rolled the transaction back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Refusal:
    """One reason why an act cannot be done now: a code for tests, words for people, a way out, and who can unblock it.

    `missing_minor` is the number of minor units that are lacking, when money is what is lacking.
    """

    code: str
    message: str
    way_out: str = ""
    who: str = ""
    missing_minor: int | None = None
    url: str = ""


@dataclass(frozen=True)
class FieldError:
    """One thing wrong with what was typed, beside the field it belongs to ("" for the whole form)."""

    field: str
    message: str


class PortfolioError(Exception):
    """The root of every refusal the product makes on purpose."""

    status = 400


class Refused(PortfolioError):
    """The act is well formed and not allowed now (409): the reasons are in `refusals`."""

    status = 409

    def __init__(self, *refusals: Refusal) -> None:
        super().__init__("; ".join(r.code for r in refusals))
        self.refusals = list(refusals)


class Invalid(PortfolioError):
    """What was typed cannot be read (422): `errors` beside the fields, `typed` exactly as it was sent."""

    status = 422

    def __init__(self, errors: Iterable[FieldError], typed: Mapping[str, object] | None = None) -> None:
        self.errors = list(errors)
        self.typed: dict[str, object] = dict(typed or {})
        super().__init__("; ".join(f"{e.field}: {e.message}" for e in self.errors))


class NotFound(PortfolioError):
    """No such thing, or outside the actor's scope: the two are never told apart (Z03)."""

    status = 404


class Forbidden(PortfolioError):
    """The actor is known and may not do this (403)."""

    status = 403

    def __init__(self, permission: str = "", message: str = "") -> None:
        super().__init__(permission)
        self.permission = permission
        self.message = message


class SignInNeeded(PortfolioError):
    """Nobody is signed in, or the session has expired."""

    status = 401


class KeyReused(PortfolioError):
    """The same idempotency key came back with another body (C01)."""

    status = 409


class Busy(PortfolioError):
    """A lost race that stayed lost after the retries: 503, and the form is kept."""

    status = 503


class Away(Busy):
    """The database does not answer: what was being committed may be there or not; the form is kept with its key, so that sending it again does
    nothing twice (C01, D03)."""


class Full(Busy):
    """No room is left on the server's disk: nothing was written, reading goes on, the form is kept (D05)."""


@dataclass
class Bad:
    """What a page needs to show a refused form again: errors, refusals and what was typed."""

    errors: list[FieldError] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    typed: dict[str, object] = field(default_factory=dict)
    status: int = 422

    def error(self, name: str) -> str | None:
        """The message beside the field `name`, or None."""
        return next((e.message for e in self.errors if e.field == name), None)

    def value(self, name: str, otherwise: object = "") -> object:
        """What was typed in `name`, or the stored value when the form was not sent."""
        return self.typed.get(name, "" if otherwise is None else otherwise)

    @classmethod
    def of(cls, error: PortfolioError, typed: Mapping[str, object]) -> Bad:
        """Turn an exception into what the page shows."""
        if isinstance(error, Invalid):
            return cls(errors=error.errors, typed={**typed, **error.typed}, status=422)
        if isinstance(error, Refused):
            return cls(refusals=error.refusals, typed=dict(typed), status=409)
        raise error


def refuse(obstacles: Iterator[Refusal] | Iterable[Refusal]) -> None:
    """Raise `Refused` with every obstacle found, or return when there is none."""
    found = list(obstacles)
    if found:
        raise Refused(*found)
