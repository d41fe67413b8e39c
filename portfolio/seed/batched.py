"""Payments that leave together: two batches signed by four people each, the bank's statements that come back, the petty cash counted (J8, R5).

The first batch is closed: one statement paid three of its lines, the next one the fourth. The line of the second waits for a person, beside a fee
that nobody has booked yet: what the page of the statements is for.
"""

from __future__ import annotations

from functools import partial

from portfolio.disbursements.models import Disbursement
from portfolio.documents.service import Incoming
from portfolio.funds.models import MoneyReceipt, TreasuryAccount
from portfolio.payments import queries, service
from portfolio.payments.forms import (
    BatchForm,
    CountForm,
    MatchForm,
    PieceLine,
    ReconcileForm,
    SignForm,
    StatementForm,
)
from portfolio.payments.models import CashCount, PaymentBatch, Reconciliation, StatementLine
from portfolio.seed.stage import Stage
from portfolio.work import Work

ACCOUNTANT, CASHIER, CONTROLLER, ORDONNATEUR = (
    "mahamadou.sidibe",
    "fati.oumarou",
    "abdoul.karim.soumana",
    "seydou.barro",
)
FIRST = ("MP07:1", "MP11:2", "MP16:2", "MP25:1")
"""Ordered on J−153, paid on J−150 as the statements say: the last one, to a supplier, comes with the second statement."""
SECOND = ("MP10:3",)
"""Sent on J−26 and recorded by hand; the statement comes later."""
THIRD = ("MP24:3",)
"""To a supplier, in a pain.001 file; recorded by hand too."""
FOURTH = ("MP26:1",)
"""Approved by one person, still to be authorised by another: nothing has left."""
BLIND = "MP10:3"
"""The bank wrote its line without our reference: a person must say what it is."""
COUNTED = ((10_000, 20), (5_000, 8), (2_000, 3), (1_000, 2), (500, 3), (100, 5))
"""250 000 francs in notes and coins."""
FEE, FEE_WORDS = 11_800, "FRAIS DE VIREMENTS DE MASSE"
Row = tuple[str, str, str, int]
"""A row of a statement: day, words, reference, francs (negative when money left)."""


def by_batch(project: str, tranche: int) -> bool:
    """Whether a batch sends this payment."""
    return f"{project}:{tranche}" in (*FIRST, *SECOND, *THIRD)


def by_statement(project: str, tranche: int) -> bool:
    """Whether it is the statement that pays it, and nobody by hand."""
    return f"{project}:{tranche}" in FIRST


def plan(stage: Stage) -> None:
    """Each link on its day, each by its own person."""
    for code, names, day, layout in (
        ("1", FIRST, -152, "sahel-csv"),
        ("2", SECOND, -26, "fleuve-csv"),
        ("3", THIRD, -27, "pain-09"),
    ):
        key = f"batch:{code}"
        made = partial(_create, stage, names, layout, key, "BQ-F1")
        stage.plan(day, "14:05", CASHIER, made)
        stage.plan(day, "14:40", CONTROLLER, partial(_sign, stage, key, "approve"))
        stage.plan(day, "15:20", ORDONNATEUR, partial(_sign, stage, key, "authorise"))
        stage.plan(day, "16:00", ACCOUNTANT, partial(_sign, stage, key, "release"))
        stage.plan(day, "16:15", CASHIER, partial(_send, stage, key))
    stage.plan(-3, "14:05", CASHIER, partial(_create, stage, FOURTH, "pain-09", "batch:4", "BQ-F3"))
    stage.plan(-3, "14:40", CONTROLLER, partial(_sign, stage, "batch:4", "approve"))
    stage.plan(-150, "17:30", ACCOUNTANT, partial(_first_statement, stage))
    stage.plan(-149, "08:40", ACCOUNTANT, partial(_late_statement, stage))
    stage.plan(-149, "09:10", CASHIER, partial(_reconcile, stage, "batch:1"))
    stage.plan(-30, "16:30", CASHIER, partial(_count, stage))
    stage.plan(-30, "16:50", CONTROLLER, partial(_confirm, stage))
    stage.plan(-2, "09:00", ACCOUNTANT, partial(_last_statement, stage))
    stage.plan(-2, "10:00", ACCOUNTANT, partial(_reconciled, stage))
    stage.plan(-2, "15:00", CONTROLLER, partial(_controlled, stage))


def _payment(stage: Stage, work: Work, name: str) -> Disbursement:
    return stage.get(work, Disbursement, f"disbursement:{name}:1")


def _create(stage: Stage, names: tuple[str, ...], layout: str, key: str, account: str, work: Work) -> None:
    form = BatchForm(
        treasury_account_id=stage.ids[f"treasury:{account}"],
        profile=layout,
        payments=[_payment(stage, work, name).id for name in names],
    )
    batch = service.create(work, form)
    stage.keep(key, batch)
    service.lock(work, batch)


def _sign(stage: Stage, key: str, verb: str, work: Work) -> None:
    batch = stage.get(work, PaymentBatch, key)
    form = SignForm(
        total=batch.total_minor,
        count=batch.line_count,
        content_hash=batch.content_hash,
        balance_seen=work.db.get_one(TreasuryAccount, batch.treasury_account_id).balance_minor,
    )
    {"approve": service.approve, "authorise": service.authorise, "release": service.release}[verb](
        work, batch, form
    )


def _send(stage: Stage, key: str, work: Work) -> None:
    service.send(work, stage.get(work, PaymentBatch, key))


def _reconcile(stage: Stage, key: str, work: Work) -> None:
    service.reconcile(work, stage.get(work, PaymentBatch, key))


# -- statements ---------------------------------------------------------------------------------------------------


def sheet(rows: list[Row], opening: int) -> bytes:
    """A statement as the bank sends it, with the balance after each row."""
    lines, balance = ["Date;Libellé;Référence;Débit;Crédit;Solde"], opening
    for day, words, reference, amount in rows:
        balance += amount
        debit, credit = (str(-amount), "") if amount < 0 else ("", str(amount))
        lines.append(";".join((day, words, reference, debit, credit, str(balance))))
    return "\r\n".join(lines).encode("cp1252")


def _transfer(day: str, d: Disbursement) -> Row:
    return (day, f"VIR {d.payee}"[:60], f"VIR-{d.reference}", -d.amount_minor)


def _first_statement(stage: Stage, work: Work) -> None:
    account = stage.get(work, TreasuryAccount, "treasury:BQ-F1")
    day = f"{work.today:%d/%m/%Y}"
    receipt = stage.get(work, MoneyReceipt, "receipt:F1-R2")
    rows: list[Row] = [(day, "VIREMENT RECU", receipt.bank_reference, receipt.amount_minor)]
    rows += [_transfer(day, _payment(stage, work, name)) for name in FIRST[:-1]]
    _import(work, account, 1, sheet(rows, account.balance_minor - receipt.amount_minor))


def _late_statement(stage: Stage, work: Work) -> None:
    account = stage.get(work, TreasuryAccount, "treasury:BQ-F1")
    late = _payment(stage, work, FIRST[-1])
    _import(work, account, 2, sheet([_transfer(f"{stage.day(-150):%d/%m/%Y}", late)], account.balance_minor))


def _last_statement(stage: Stage, work: Work) -> None:
    """Everything since, as the books hold it, a fee, and one transfer without its reference."""
    account = stage.get(work, TreasuryAccount, "treasury:BQ-F1")
    blind = f"disbursement:{_payment(stage, work, BLIND).id}"
    waiting = sorted((m for m in queries.movements(work, account) if m.left), key=lambda m: m.on)
    rows: list[Row] = [
        (
            f"{m.on:%d/%m/%Y}",
            "VIR DORI FORAGE" if m.key == blind else m.words,
            "" if m.key == blind else m.document,
            m.left,
        )
        for m in waiting
    ]
    opening = account.balance_minor - sum(row[3] for row in rows)
    at = sum(m.on <= stage.day(-60) for m in waiting)
    rows.insert(at, (f"{stage.day(-60):%d/%m/%Y}", FEE_WORDS, "", -FEE))
    _import(work, account, 3, sheet(rows, opening))
    for movement in waiting:
        line = _left_open(work, account, movement.document)
        if line is not None and movement.key != blind:
            service.match(work, line, MatchForm(movement=movement.key))


def _reconciled(stage: Stage, work: Work) -> None:
    code = queries.sources(work)[0][0]
    stage.keep("reconciliation:1", service.prepare_reconciliation(work, ReconcileForm(source=code)))


def _controlled(stage: Stage, work: Work) -> None:
    service.control_reconciliation(work, stage.get(work, Reconciliation, "reconciliation:1"))


def _left_open(work: Work, account: TreasuryAccount, document: str) -> StatementLine | None:
    """The line with this reference that no rule matched."""
    for line in queries.open_lines(work, account):
        if document and line.bank_reference == document:
            return line
    return None


def _import(work: Work, account: TreasuryAccount, number: int, content: bytes) -> None:
    file = Incoming(f"releve_{account.code}_{number}.csv", content)
    service.import_statement(work, StatementForm(treasury_account_id=account.id, file=file))


# -- the cash box -------------------------------------------------------------------------------------------------


def _count(stage: Stage, work: Work) -> None:
    pieces = [PieceLine(value=value, count=count) for value, count in COUNTED]
    form = CountForm(treasury_account_id=stage.ids["treasury:CAISSE"], pieces=pieces)
    stage.keep("cash_count:1", service.count_cash(work, form))


def _confirm(stage: Stage, work: Work) -> None:
    service.confirm_count(work, stage.get(work, CashCount, "cash_count:1"))
