"""One file a room. `ALL` lists every lifecycle by noun, for the engine's generated tests and the page that prints the law."""

from __future__ import annotations

from portfolio.kit.lifecycle import Lifecycle
from portfolio.rulebook.lifecycles import (
    agreements,
    applications,
    awards,
    beneficiaries,
    calls,
    closures,
    committees,
    disbursements,
    funds,
    grievances,
    groups,
    justifications,
    payments,
    periods,
    procurement,
    projects,
    scoring,
    strategy,
)

_ROOMS = (
    strategy,
    funds,
    groups,
    calls,
    applications,
    committees,
    scoring,
    awards,
    agreements,
    projects,
    procurement,
    disbursements,
    payments,
    periods,
    justifications,
    beneficiaries,
    grievances,
    closures,
)
ALL: dict[str, Lifecycle] = {
    found.noun: found for room in _ROOMS for found in vars(room).values() if isinstance(found, Lifecycle)
}
