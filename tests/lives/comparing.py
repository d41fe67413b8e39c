"""Where product and model differ after a step: books, guards and every status, row by row; empty when they say the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from tests.justifications.grants import J
from tests.lives.acts import Product
from tests.lives.expected import Institution

DEBTORS = ("409", "463", "468", "521", "631", "657", "659", "902", "903", "904", "905", "906", "907")
"""Accounts that stand on the debit side or at zero."""


def differences(product: Product, model: Institution) -> list[str]:
    """In words."""
    return [*_books(product, model), *_rows(product, model)]


def _books(product: Product, model: Institution) -> Iterator[str]:
    now, moved, wanted = product.now, product.moved(), model.accounts()
    for code, francs in wanted.items():
        if moved.get(code, 0) != francs:
            yield f"account {code}: {moved.get(code, 0)}, the model {francs}"
    if sum(moved.values()):
        yield "debits and credits do not balance"
    yield from (f"account {code} stands on the wrong side" for code in DEBTORS if now.accounts.get(code, 0) < 0)
    committed = sum(g.amount - g.released for g in model.grants)
    liquidated, ordered, paid = wanted["905"] + wanted["906"] + wanted["907"], wanted["906"] + wanted["907"], wanted["907"]
    for kind, columns in (
        ("line", ("voted", committed, liquidated, ordered, paid, 0)), ("fund", ("open", model.cash)), ("bank", ("", model.cash)),
    ):  # fmt: skip
        if now.single[kind][: len(columns)] != columns:
            yield f"{kind}: {now.single[kind]}, the model {columns}"
    shown = (wanted["657"], sum(c.collected for c in model.claims))
    if now.shown != shown:
        yield f"shown as justified and returned: {now.shown}, the model {shown}"


def _expected(product: Product, model: Institution) -> Iterator[tuple[str, int, tuple[Any, ...]]]:
    """Kind, id, and what its row must say."""
    for n, (number, grant) in enumerate(zip(product.agreements, model.grants, strict=True)):
        mine = model.of(n)
        scheduled = sum(t.amount for t in mine if t.status != "cancelled" or t.given_up)
        end = (J.date() + timedelta(days=grant.last_day)).isoformat()
        yield "agreement", number, (grant.status, end, grant.amount, scheduled, grant.amount, grant.released)
        if scheduled != grant.amount:
            yield "agreement", number, ("the tranches sum to the grant",)
        yield "signatory", number, (grant.signatory, "")
        for line, francs in enumerate(grant.lines, 1):
            yield "budget", number * 10 + line, ("", "", francs)
    for number, t in zip(product.tranches, model.tranches, strict=True):
        stages = (t.amount, t.requested, t.liquidated, t.ordered, t.paid, t.cleared, t.refused, t.number)
        yield "tranche", number, (t.status, "given up" if t.given_up else "", *stages)
    batches = product.now.rows.get("batch", {})
    for number, p in zip(product.payments, model.payments, strict=True):
        kept = product.now.rows["payment"][number][1]
        held = kept if p.status != "ordered" else "" if p.batch is None else batches[product.batches[p.batch]][1]
        yield "payment", number, (p.status, held, p.amount, p.deducted, p.fee)
    for number, papers, r in zip(product.reports, product.papers, model.reports, strict=True):
        yield "report", number, (r.status, "")
        for paper, e in zip(papers, r.papers, strict=True):
            yield "paper", paper, (e.verdict, "", e.amount, e.accepted, e.cleared)
    for number, c in zip(product.claims, model.claims, strict=True):
        yield "claim", number, (c.status, "", c.amount, c.collected, c.written_off, c.held)
    for number, a in zip(product.amendments, model.amendments, strict=True):
        yield "amendment", number, (a.status, a.kind)
    for number, notice in zip(product.notices, model.notices, strict=True):
        yield "notice", number, (notice.status, "breach" if notice.tranche is None else "unjustified")
    for number, closure in zip(product.closures, model.closures, strict=True):
        grant = model.grants[closure.grant]
        yield "closure", number, (closure.status, "", *closure.figures, grant.amount - closure.figures[0])
    for number, b in zip(product.batches, model.batches, strict=True):
        locked = (len(b.payments), sum(b.locked.values())) if b.status not in ("draft", "cancelled") else ()
        yield "batch", number, (b.status, batches[number][1], *locked)


def _rows(product: Product, model: Institution) -> Iterator[str]:
    counted: dict[str, int] = {}
    rows = product.now.rows
    for kind, number, wanted in _expected(product, model):
        row = rows.get(kind, {}).get(number)
        counted[kind] = counted.get(kind, 0) + 1
        if row is None or row[: len(wanted)] != wanted or (kind != "batch" and any(row[len(wanted):])):
            yield f"{kind} {number}: {row}, the model {wanted}"
        elif any(francs < 0 for francs in row[2:]):
            yield f"{kind} {number}: below zero, {row}"
    for kind, found in rows.items():
        if kind != "batch" and len(found) != counted.get(kind, 0):
            yield f"{kind}: {len(found)} rows, the model {counted.get(kind, 0)}"
