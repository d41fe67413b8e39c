"""Reading payments: the record, what its approvals bind to, what is left to order."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, func, select

from portfolio.agreements import queries as agreements
from portfolio.agreements.models import Agreement, Tranche
from portfolio.agreements.reference import TO_SUPPLIER
from portfolio.awards.models import Commitment
from portfolio.disbursements.models import Disbursement, Rejection, Requisition
from portfolio.groups.models import Group, GroupAccount
from portfolio.kit.chain import digest
from portfolio.ledger.service import Dims
from portfolio.procurement import queries as purchases
from portfolio.procurement.models import Supplier, SupplierAccount
from portfolio.work import Work

OPEN = ("requested", "liquidated", "visaed", "ordered", "sent")


def visible(work: Work) -> Select[Disbursement]:
    """The payments that the actor may see."""
    return select(Disbursement).where(work.within("disbursement:view", Disbursement))


def get(work: Work, number: int) -> Disbursement:
    """The payment with this id; NotFound outside scope."""
    return work.fetch(Disbursement, number, "disbursement:view")


def of(work: Work, agreement: Agreement) -> list[Disbursement]:
    """Every payment of an agreement, oldest first."""
    statement = select(Disbursement).where(Disbursement.agreement_id == agreement.id)
    return list(work.db.scalars(statement.order_by(Disbursement.id)))


def of_tranche(work: Work, tranche: Tranche) -> list[Disbursement]:
    """Every try to pay a tranche, oldest first."""
    statement = select(Disbursement).where(Disbursement.tranche_id == tranche.id)
    return list(work.db.scalars(statement.order_by(Disbursement.id)))


def open_of(work: Work, tranche: Tranche) -> Disbursement | None:
    """The try that is under way or has succeeded, or None."""
    statement = select(Disbursement).where(
        Disbursement.tranche_id == tranche.id, Disbursement.status.in_((*OPEN, "paid"))
    )
    return work.db.scalars(statement.order_by(Disbursement.id.desc()).limit(1)).one_or_none()


def received_from(work: Work, tranche: Tranche) -> list[Supplier]:
    """The suppliers of the purchases of a tranche from whom something was accepted at a reception: nobody else is paid from it (R4)."""
    received = purchases.received_of_tranche(work, tranche.id)
    statement = select(Supplier).where(Supplier.id.in_([s for s, accepted in received.items() if accepted]))
    return list(work.db.scalars(statement.order_by(Supplier.name, Supplier.id)))


def most_minor(work: Work, tranche: Tranche, supplier_id: int | None = None) -> int:
    """The most that may be asked of a tranche, in minor units: the tranche, and of one paid to a supplier only what was accepted at the
    reception from that supplier, or from the one who delivered most when none is named (document 15)."""
    if tranche.modality not in TO_SUPPLIER:
        return tranche.amount_minor
    received = purchases.received_of_tranche(work, tranche.id)
    most = received.get(supplier_id, 0) if supplier_id else max(received.values(), default=0)
    return min(most, tranche.amount_minor)


def supplier_accounts(work: Work, suppliers: list[Supplier]) -> list[tuple[Supplier, SupplierAccount]]:
    """The verified accounts of some suppliers, the last verified first."""
    found = [(s, a) for s in suppliers for a in purchases.accounts_of(work, s) if a.status == "verified"]
    return sorted(found, key=lambda pair: pair[1].id, reverse=True)


def dims(
    work: Work,
    agreement: Agreement,
    tranche: Tranche,
    disbursement: Disbursement,
    treasury: str | None = None,
) -> Dims:
    """The codes of a payment's entries; the party is the supplier when one is paid."""
    supplier = work.db.get(Supplier, disbursement.supplier_id) if disbursement.supplier_id else None
    return agreements.dims(work, agreement, tranche, treasury, supplier.code if supplier else None)


def follower(work: Work, disbursement: Disbursement) -> Disbursement | None:
    """The payment that follows this failed one, or None."""
    statement = select(Disbursement).where(Disbursement.follows_id == disbursement.id)
    return work.db.scalars(statement.order_by(Disbursement.id.desc()).limit(1)).one_or_none()


def rejections(work: Work, disbursement: Disbursement) -> list[tuple[Rejection, Requisition | None]]:
    """Every written refusal of a payment, oldest first, with the réquisition that answered it."""
    statement = (
        select(Rejection, Requisition)
        .outerjoin(Requisition, Requisition.rejection_id == Rejection.id)
        .where(Rejection.disbursement_id == disbursement.id)
        .order_by(Rejection.id)
    )
    return [(refused, answer) for refused, answer in work.db.execute(statement)]


def to_deduct_from(work: Work, group_id: int, fund_id: int) -> list[Disbursement]:
    """The payments to a group, of one fund, that are liquidated and not yet under the visa or the order: a claim may be set off on them."""
    statement = (
        select(Disbursement)
        .join(Agreement, Agreement.id == Disbursement.agreement_id)
        .where(
            Disbursement.group_id == group_id,
            Agreement.fund_id == fund_id,
            Disbursement.status == "liquidated",
            Disbursement.payee_kind == "group",
        )
    )
    return list(work.db.scalars(statement.order_by(Disbursement.id)))


def last_rejection(work: Work, disbursement: Disbursement) -> Rejection | None:
    """The refusal that stands: the last one."""
    statement = select(Rejection).where(Rejection.disbursement_id == disbursement.id)
    return work.db.scalars(statement.order_by(Rejection.id.desc()).limit(1)).one_or_none()


@dataclass(frozen=True)
class Figures:
    """The table of the order (document 10), in minor units: engagé, déjà ordonnancé, présent ordre, reste à ordonnancer."""

    committed: int
    ordered: int
    present: int
    deductions: int = 0

    @property
    def left(self) -> int:
        """What stays to order after this one."""
        return self.committed - self.ordered - self.present

    @property
    def net(self) -> int:
        """What is paid: the present order less what is held back."""
        return self.present - self.deductions


def figures(work: Work, disbursement: Disbursement) -> Figures:
    """The figures of an order: already ordered is what the other tranches carry, and this one's earlier orders."""
    agreement_id = disbursement.agreement_id
    committed = work.db.execute(
        select(Commitment.amount_minor - Commitment.released_minor)
        .join(Agreement, Agreement.commitment_id == Commitment.id)
        .where(Agreement.id == agreement_id)
    ).scalar_one()
    ordered = int(
        work.db.execute(
            select(func.coalesce(func.sum(Tranche.ordered_minor), 0)).where(
                Tranche.agreement_id == agreement_id
            )
        ).scalar_one()
    )
    own = disbursement.amount_minor if disbursement.status in ("ordered", "sent", "paid") else 0
    return Figures(int(committed), ordered - own, disbursement.amount_minor, disbursement.deducted_minor)


def account_of(work: Work, disbursement: Disbursement) -> GroupAccount | SupplierAccount | None:
    """The account of the payee as its room keeps it: the group's or the supplier's."""
    if disbursement.supplier_account_id:
        return work.db.get(SupplierAccount, disbursement.supplier_account_id)
    return work.db.get(GroupAccount, disbursement.account_id) if disbursement.account_id else None


def other_accounts(work: Work, disbursement: Disbursement) -> list[GroupAccount] | list[SupplierAccount]:
    """The verified accounts on which this payee may be paid."""
    if disbursement.supplier_id is None:
        return agreements.accounts(work, disbursement.group_id)
    supplier = work.db.get_one(Supplier, disbursement.supplier_id)
    return [account for _supplier, account in supplier_accounts(work, [supplier])]


def content_of(work: Work, disbursement: Disbursement) -> str:
    """The fingerprint of what is approved, read from its sources at this instant: payee, account, amount, currency, object (M10).

    An account retired after the sending was verified when the money left."""
    tranche = work.db.get_one(Tranche, disbursement.tranche_id)
    account = account_of(work, disbursement)
    left = disbursement.status in ("sent", "paid")
    live = (
        [
            account.kind,
            account.provider,
            account.holder,
            account.number,
            "verified" if left else account.status,
        ]
        if account is not None
        else [disbursement.account_kind, disbursement.account_provider, "", disbursement.account_number, ""]
    )
    deducted = {"deducted_minor": disbursement.deducted_minor} if disbursement.deducted_minor else {}
    return digest(
        "disbursement",
        {
            **deducted,
            "payee": disbursement.payee,
            "payee_kind": disbursement.payee_kind,
            "supplier": disbursement.supplier_id,
            "account": live,
            "amount_minor": disbursement.amount_minor,
            "currency": disbursement.amount_currency,
            "modality": disbursement.modality,
            "tranche": tranche.code,
            "tranche_minor": tranche.amount_minor,
        },
    )


def agreement_of(work: Work, disbursement: Disbursement) -> Agreement:
    """The agreement a payment belongs to."""
    return work.db.get_one(Agreement, disbursement.agreement_id)


def tranche_of(work: Work, disbursement: Disbursement) -> Tranche:
    """The tranche a payment pays."""
    return work.db.get_one(Tranche, disbursement.tranche_id)


def group_of(work: Work, disbursement: Disbursement) -> Group:
    """The group behind a payment."""
    return work.db.get_one(Group, disbursement.group_id)


def snapshot_of(work: Work, tranche: Tranche) -> agreements.Snapshot:
    """Everything that a payment of this tranche depends on, read once."""
    return agreements.snapshot(work, work.db.get_one(Agreement, tranche.agreement_id))
