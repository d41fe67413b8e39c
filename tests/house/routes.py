"""Every route of the product, with who may call it: what the access tests execute."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fastapi.routing import APIRoute, iter_route_contexts

from portfolio.app import Portfolio
from portfolio.rulebook.permissions import GRANTS, ROLES
from portfolio.web.act import PUBLIC, SIGNED_IN

NOT_ACTS = {"/healthz"}


@dataclass(frozen=True)
class Route:
    """One method of one address."""

    method: str
    path: str
    name: str
    permissions: tuple[str, ...]

    @property
    def public(self) -> bool:
        return PUBLIC in self.permissions

    def allows(self, role: str) -> bool:
        """Whether a role passes the door; the record itself is judged behind it."""
        return (
            self.public or SIGNED_IN in self.permissions or any(p in GRANTS[role] for p in self.permissions)
        )

    def address(self, number: int = 4_000_000) -> str:
        """The address with its places filled by something that does not exist."""
        return re.sub(
            r"{(\w+)(?::\w+)?}", lambda m: str(number) if not _is_text(m[1]) else "inconnu", self.path
        )

    @property
    def row(self) -> str:
        """One line of the matrix."""
        who = (
            "public"
            if self.public
            else "signed-in"
            if SIGNED_IN in self.permissions
            else "+".join(r for r in ROLES if self.allows(r))
        )
        return f"{self.method} {self.path} {self.name} {who}"


def _is_text(name: str) -> bool:
    return name in (
        "code",
        "kind",
        "subject_type",
        "slug",
        "section",
        "page",
        "verb",
        "token",
        "reference",
        "listing",
        "account",
        "dimension",
        "fmt",
        "format",
    )


def routes(app: Portfolio) -> list[Route]:
    """Every route, in order of address."""
    found = []
    for context in iter_route_contexts(app.routes):
        route = getattr(context, "route", context)
        if not isinstance(route, APIRoute) or context.path in NOT_ACTS:
            continue
        permissions = getattr(route.endpoint, "__permissions__", ())
        for method in sorted(route.methods - {"HEAD"}):
            found.append(Route(method, str(context.path), str(route.name), tuple(permissions)))
    return sorted(found, key=lambda r: (r.path, r.method))


def write_matrix() -> None:
    """Rewrite `access.txt` from the code: `python -m tests.house.routes`."""
    from pathlib import Path

    from portfolio.app import create_app, surroundings

    app = create_app(surroundings(None, Path(), b""))  # type: ignore[arg-type]
    Path(__file__).with_name("access.txt").write_text("".join(f"{r.row}\n" for r in routes(app)))


if __name__ == "__main__":
    write_matrix()
