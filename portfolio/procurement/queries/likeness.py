"""Which suppliers look like another: by sound, telephone, tax number, trade register and account, however they were written (M14)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, or_, select

from portfolio.kit.i18n import N_
from portfolio.kit.names import shop_sound
from portfolio.kit.text import number_key, sound
from portfolio.procurement.forms import SupplierForm
from portfolio.procurement.models import Supplier, SupplierAccount
from portfolio.work import Work

SUPPLIER_SIGNS = {
    "name": N_("same name by its sound"),
    "name_part": N_("a name close to it"),
    "phone": N_("same telephone"),
    "tax": N_("same tax number"),
    "register": N_("same trade register"),
    "account": N_("same account number, however written"),
    "address": N_("same address"),
    "bare": N_("nothing written that would tell them apart"),
}
_WEIGHTS = {
    "name": 50,
    "name_part": 30,
    "phone": 40,
    "tax": 70,
    "register": 70,
    "account": 70,
    "address": 20,
    "bare": 20,
}
_ANOTHER_TAX, _ANOTHER_REGISTER = 30, 10
"""Taken off where both have a number and it is not the same: a taxpayer has one."""
ALIKE_FROM = 70
"""The score from which two suppliers are put before who registers one: a number that only one has, or two lesser signs. A shop of the same
name in another town is another shop; a telephone lent between shops is not enough."""
_MOST = 80


@dataclass(frozen=True)
class NearSupplier:
    """A supplier that looks like another, and by which signs."""

    supplier: Supplier
    signs: tuple[str, ...]
    score: int


def nearest_suppliers(work: Work, form: SupplierForm, but: Supplier | None = None) -> list[NearSupplier]:
    """The suppliers that look like what was typed, likeliest first; with the accounts of `but` when it is known already."""
    called, tax = shop_sound(form.name), number_key(form.tax_number or "")
    register, keys = number_key(form.trade_register or ""), _keys(work, but)
    clauses: list[ColumnElement[bool]] = [Supplier.sound == called]
    if len(called) >= 4:
        clauses.append(Supplier.sound.startswith(called[:3], autoescape=True))
    if form.phone:
        clauses.append(Supplier.phone == form.phone)
    if tax:
        clauses.append(Supplier.tax_key == tax)
    if register:
        clauses.append(Supplier.register_key == register)
    if keys:
        clauses.append(_holding(keys))
    statement = select(Supplier).where(or_(*clauses))
    if but is not None:
        statement = statement.where(Supplier.id != but.id)
    rows = list(work.db.scalars(statement.order_by(Supplier.sound != called, Supplier.id).limit(_MOST)))
    holding = set(work.db.scalars(select(Supplier.id).where(_holding(keys)))) if keys else set()
    found = []
    for other in rows:
        signs = []
        if other.sound == called:
            signs.append("name")
        elif len(called) >= 4 and (
            other.sound.startswith(called) or called.startswith(other.sound[:40] or "-")
        ):
            signs.append("name_part")
        if form.phone and other.phone == form.phone:
            signs.append("phone")
        if tax and other.tax_key == tax and other.country == form.country:
            signs.append("tax")
        if register and other.register_key == register:
            signs.append("register")
        if other.id in holding:
            signs.append("account")
        if signs and _same_address(form.address or "", other.address):
            signs.append("address")
        elif "name" in signs and _nothing_apart(form, other):
            signs.append("bare")
        score = sum(_WEIGHTS[sign] for sign in signs)
        score -= _ANOTHER_TAX if tax and other.tax_key and other.tax_key != tax else 0
        score -= (
            _ANOTHER_REGISTER if register and other.register_key and other.register_key != register else 0
        )
        if score >= ALIKE_FROM:
            found.append(NearSupplier(other, tuple(signs), min(100, score)))
    return sorted(found, key=lambda n: (-n.score, n.supplier.id))


def alike_suppliers(work: Work, supplier: Supplier) -> list[NearSupplier]:
    """The suppliers that look like this one."""
    form = SupplierForm.model_construct(
        name=supplier.name, country=supplier.country, address=supplier.address, tax_number=supplier.tax_number,
        trade_register=supplier.trade_register, phone=supplier.phone or None,
    )  # fmt: skip
    return nearest_suppliers(work, form, supplier)


def _keys(work: Work, supplier: Supplier | None) -> Sequence[str]:
    if supplier is None:
        return ()
    statement = select(SupplierAccount.number_key).where(
        SupplierAccount.supplier_id == supplier.id, SupplierAccount.status != "retired"
    )
    return work.db.scalars(statement).all()


def _holding(keys: Sequence[str]) -> ColumnElement[bool]:
    return exists().where(
        SupplierAccount.supplier_id == Supplier.id,
        SupplierAccount.status != "retired",
        SupplierAccount.number_key.in_(keys),
    )


def _nothing_apart(form: SupplierForm, other: Supplier) -> bool:
    """No address, telephone or tax number that both have."""
    return not any(
        (form.address and other.address, form.phone and other.phone, form.tax_number and other.tax_number)
    )


def _same_address(one: str, other: str) -> bool:
    """Half of their words by their sound: « Gao, grand marché », « Grand Marché de Gao »."""
    a, b = set(sound(one).split()), set(sound(other).split())
    return bool(a and b) and 2 * len(a & b) >= len(a | b)
