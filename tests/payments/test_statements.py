"""Statements: read row by row, once whatever the number of times they are sent, matched, worked, and the gap explained to the franc."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from portfolio.agreements.models import Agreement, Tranche
from portfolio.audit.models import AuditEvent
from portfolio.desk.queries import control
from portfolio.desk.service import periods
from portfolio.disbursements.models import Disbursement
from portfolio.documents.service import Incoming
from portfolio.funds.models import Fund, TreasuryAccount
from portfolio.groups import service as groups
from portfolio.groups.models import GroupAccount
from portfolio.kit.errors import Invalid, Refused
from portfolio.kit.i18n import speaking
from portfolio.kit.sheets import read_csv, read_xlsx, write_xlsx
from portfolio.ledger import queries as ledger
from portfolio.payments import queries, service
from portfolio.payments.forms import ChargeForm, MatchForm, StatementForm
from portfolio.payments.models import BankStatement, StatementLine
from portfolio.payments.service.reading import read_rows
from tests.agreements.scene import codes
from tests.agreements.world import World
from tests.client import client
from tests.disbursements import chain
from tests.disbursements.scene import books
from tests.payments import scene

HEAD = "Relevé de compte;;;;;\n;;;;;\nDate opération;Libellé;Référence;Débit;Crédit;Solde\n"


def csv_file(*rows: str, name: str = "releve.csv") -> Incoming:
    return Incoming(name, (HEAD + "\n".join(rows) + "\n").encode("cp1252"))


def send(world: World, file: Incoming, **more: Any) -> int:
    with world.work("accountant") as work:
        form = StatementForm(treasury_account_id=world.ids["bank"], file=file, **more)
        return service.import_statement(work, form).id


def lines(world: World) -> list[StatementLine]:
    with world.work("external_auditor", readonly=True) as work:
        found = list(work.db.scalars(select(StatementLine).order_by(StatementLine.id)))
        for line in found:
            work.db.expunge(line)
        return found


def standing(world: World) -> Any:
    with world.work("external_auditor", readonly=True) as work:
        return queries.account_standing(work, work.db.get_one(TreasuryAccount, world.ids["bank"]))


def sent(world: World) -> tuple[list[int], list[str]]:
    ids = scene.ordered(world)
    scene.to(world, "sent", ids)
    return ids, [chain.stored(world, i).reference for i in ids]


@pytest.mark.both_engines
def test_a_statement_pays_what_it_says_once_and_explains_the_gap_to_zero(world: World) -> None:
    ids, orders = sent(world)
    file = csv_file(
        f"22/11/2026;VIR {orders[0]} GROUPEMENT;SAHEL-991;1 780 000;;-1 780 000",
        f"22/11/2026;Virement;{orders[1].replace('-', ' ')};1780000,00;;-3 560 000",
        "22/11/2026;FRAIS DE TENUE DE COMPTE;;2 500;;-3 562 500",
        "22/11/2026;VERSEMENT INCONNU;;;10 000;-3 552 500",
    )
    number = send(world, file)
    assert [chain.stored(world, i).status for i in ids] == ["paid", "paid", "sent"]
    first = chain.stored(world, ids[0])
    assert (first.payment_reference, first.paid_on) == ("SAHEL-991", date(2026, 11, 22))
    assert [line.status for line in lines(world)] == ["matched", "matched", "unmatched", "unmatched"]
    once = books(world)
    for again in (file, Incoming("autre nom.csv", file.content)):  # M19: the same file, under any name
        assert send(world, again) == number
    other = send(world, csv_file("22/11/2026;FRAIS DE TENUE DE COMPTE;;2 500;;-3 562 500", "23/11/2026;FRAIS DE TENUE DE COMPTE;;2 500;;-3 555 000"))
    assert other != number and len(lines(world)) == 5, "a line that an earlier file brought is not brought again"
    assert books(world) == once
    fees = [line.id for line in lines(world) if line.amount_minor == -2_500]
    for fee in fees:
        with world.work("accountant") as work:
            service.charge(work, queries.get_line(work, fee), ChargeForm())
    with world.work("accountant") as work, pytest.raises(Refused) as refused:
        service.charge(work, queries.get_line(work, fees[0]), ChargeForm())
    assert codes(refused) == {"line_settled"}
    with world.work("accountant") as work:
        loose = next(line.id for line in lines(world) if line.amount_minor == 10_000)
        service.leave(work, queries.get_line(work, loose), "Versement d'un inconnu : la banque cherche")
    found = standing(world)
    assert (found.books_minor, found.unexplained_minor, found.open_lines) == (-3_565_000, 0, 0)
    assert [g.amount_minor for g in found.gaps] == [-10_000] and "la banque cherche" in found.gaps[0].label
    assert books(world)["631"] == 5_000


@pytest.mark.both_engines
def test_a_line_in_a_closed_month_does_not_make_the_import_fail(world: World) -> None:
    """The bank's date is kept with the payment; the books take it on the first day open, and say that it is late."""
    ids, orders = sent(world)
    world.clock.moment = datetime(2026, 12, 5, 9, 0, tzinfo=UTC)
    while True:
        with world.work("accountant") as work:
            month = ledger.next_to_close(work.db, work.today)
            number = periods.propose(work, month).id if month else 0
        if not number:
            break
        with world.work("authorising_officer") as work:
            periods.close(work, periods.get(work, number))
    send(world, csv_file(
        f"22/11/2026;VIR {orders[0]};SAHEL-991;1 780 000;;-1 780 000", f"02/12/2026;VIR {orders[1]};SAHEL-992;1 780 000;;-3 560 000",
        "30/11/2026;FRAIS DE TENUE DE COMPTE;;2 500;;-3 562 500"))  # fmt: skip
    assert [line.status for line in lines(world)] == ["matched", "matched", "unmatched"]
    with world.work("accountant") as work:
        service.charge(work, queries.get_line(work, lines(world)[2].id), ChargeForm())
    assert [chain.stored(world, i).paid_on for i in ids[:2]] == [date(2026, 11, 22), date(2026, 12, 2)]
    with world.work("external_auditor", readonly=True) as work:
        late, timely = (ledger.entries_of(work.db, "disbursement", i)[-1] for i in ids[:2])
        fee = ledger.last_of(work.db, "treasury:fee_charged", "treasury_account", world.ids["bank"])
        assert (late.dated_on, late.value_on) == (date(2026, 12, 1), date(2026, 11, 22))
        assert (timely.dated_on, timely.value_on) == (date(2026, 12, 2), None)
        assert fee is not None and (fee.dated_on, fee.value_on) == (date(2026, 12, 1), date(2026, 11, 30))
        assert str(fee.reason).endswith("FRAIS DE TENUE DE COMPTE")


def test_what_is_in_the_books_and_not_on_the_statement_explains_the_gap(world: World) -> None:
    ids, orders = sent(world)
    send(world, csv_file(f"22/11/2026;VIR {orders[0]};A1;1 780 000;;-1 780 000"))
    scene.pay(world, ids[1], "VIR-LATE")
    found = standing(world)
    assert (found.books_minor, found.unexplained_minor) == (-3_560_000, 0)
    assert [g.amount_minor for g in found.gaps] == [-1_780_000] and orders[1] in found.gaps[0].label
    scene.change(world, BankStatement, 1, closing_minor=-1_780_001)
    assert standing(world).unexplained_minor == 1, "a franc that nothing explains is seen"


def test_lines_are_matched_by_hand_and_freed_with_a_reason(world: World) -> None:
    ids, orders = sent(world)
    send(world, csv_file("22/11/2026;VIREMENT SANS REFERENCE;;1 780 000;;-1 780 000", "22/11/2026;AUTRE VIREMENT;;1 780 000;;-3 560 000"))
    one, two = (line.id for line in lines(world))
    scene.pay(world, ids[1], "VIR-2")
    with world.work("accountant") as work, pytest.raises(Invalid):
        service.match(work, queries.get_line(work, one), MatchForm(movement="disbursement:999"))
    with world.work("accountant") as work:
        service.match(work, queries.get_line(work, one), MatchForm(movement=f"sent:{ids[0]}"))
    with world.work("accountant") as work:
        service.match(work, queries.get_line(work, two), MatchForm(movement=f"disbursement:{ids[1]}"))
    assert chain.stored(world, ids[0]).status == "paid" and standing(world).unexplained_minor == 0
    with world.work("accountant") as work:
        service.reopen(work, queries.get_line(work, two), "Ce virement est celui d'un autre ordre")
    assert [g.amount_minor for g in standing(world).gaps] == [-1_780_000, 1_780_000]


def test_an_amount_that_differs_or_an_order_that_is_not_said_is_left_to_a_person(world: World) -> None:
    ids, orders = sent(world)
    send(world, csv_file(f"22/11/2026;VIR {orders[0]};A1;1 780 001;;-1", "22/11/2026;VIREMENT;A2;890 000;;-1"))
    assert [line.status for line in lines(world)] == ["unmatched"] * 2 and chain.stored(world, ids[0]).status == "sent"


def test_two_equal_operations_of_one_file_are_two_lines(world: World) -> None:
    fee = "22/11/2026;TIMBRE;;100;;-100"
    send(world, csv_file(fee, fee, fee))
    assert len(lines(world)) == 3
    send(world, csv_file(fee, fee, fee, fee, name="suite.csv"))
    assert len(lines(world)) == 4


def test_rows_that_cannot_be_read_are_said_one_by_one_and_the_others_are_kept(world: World) -> None:
    number = send(
        world,
        csv_file(
            "31/02/2026;X;;100;;", "22/11/2026;X;;12,50 F;;", "22/11/2026;X;;;;", "22/11/2026;X;;5;6;", ";;;;;", "22/11/2026;BON;;700;;", ";TOTAL;;;;9"
        ),
    )
    with world.work("external_auditor", readonly=True) as work:
        statement = queries.get_statement(work, number)
        errors = dict(statement.errors)
    assert sorted(errors) == [4, 5, 6, 7] and statement.new_count == 1
    with speaking("fr"):
        read = read_rows([["Date", "Montant"], ["hier", "5"], ["22/11/2026", "cent"]])
        nothing = read_rows([["a", "b"], ["c", "d"]])
    assert read.errors[0] == (2, "la date «\u00a0hier\u00a0» ne se lit pas\u00a0: écrivez-la ainsi\u00a0: 12/03/2026.")
    assert read.errors[1] == (3, "le montant «\u00a0cent\u00a0» ne se lit pas\u00a0: écrivez-le en chiffres, sans décimales.")
    assert "Aucune ligne de titres" in nothing.errors[0][1]


def test_a_spreadsheet_is_read_as_its_csv(tmp_path: Path) -> None:
    path = tmp_path / "releve.xlsx"
    labels = ["Date opération", "Libellé", "Référence", "Montant", "Solde"]
    kinds = ["date", "text", "text", "money", "money"]
    rows: list[tuple[Any, ...]] = [(date(2026, 11, 22), "Virement à l'été", "REF-1", -1_780_000, -1_780_000), (date(2026, 11, 23), "", "007", 5, 3)]
    write_xlsx(path, labels, kinds, rows, ["Relevé du mois"])
    sheet = read_rows(read_xlsx(path.read_bytes()))
    text = "Date opération;Libellé;Référence;Montant;Solde\n22/11/2026;Virement à l'été;REF-1;-1 780 000;-1 780 000\n2026-11-23;;007;5;3\n"
    plain = read_rows(read_csv(text.encode("utf-8-sig")))
    bare = [(r.on, r.label, r.reference, r.amount, r.balance) for r in sheet.rows]
    assert bare == [(r.on, r.label, r.reference, r.amount, r.balance) for r in plain.rows] and len(bare) == 2 and not sheet.errors
    for broken in (b"PK\x03\x04nothing", b"", path.read_bytes()[:400]):
        with pytest.raises(ValueError):
            read_xlsx(broken)


@pytest.mark.both_engines
def test_the_screen_imports_and_works_the_lines(world: World) -> None:
    ids, orders = sent(world)
    browser = client(world.surround, world.people["accountant"])
    assert "Aucun relevé encore" in browser.get("/payments/statements").text
    refused = browser.submit("/payments/statements", {"treasury_account_id": str(world.ids["bank"])}, files={"file": ("x.csv", b"a;b\n1;2\n", "text/csv")})
    assert refused.status_code == 422 and "Aucune ligne de titres" in refused.text
    file = csv_file(f"22/11/2026;VIR {orders[0]};A1;1 780 000;;-1 780 000", "22/11/2026;COMMISSION;;750;;-1 780 750")
    answer = browser.submit("/payments/statements", {"treasury_account_id": str(world.ids["bank"])}, files={"file": (file.filename, file.content, "text/csv")})
    assert answer.status_code == 303
    address = answer.headers["location"]
    page = browser.get(address).text
    assert "Travailler cette ligne" in page and "Enregistrer comme frais" in page
    fee = next(line.id for line in lines(world) if line.amount_minor == -750)
    assert browser.submit(f"/payments/lines/{fee}/leave", {"reason": "bref"}).status_code == 422
    assert browser.submit(f"/payments/lines/{fee}/charge").status_code == 303
    assert browser.submit(f"/payments/lines/{fee}/charge").status_code == 409
    page = browser.get("/payments/statements").text.replace("\u202f", " ")
    assert "-1 780 750" in page.replace("−", "-")
    with world.work("external_auditor", readonly=True) as work:
        assert work.db.scalar(select(func.count()).select_from(Disbursement).where(Disbursement.status == "paid")) == 1
    made = browser.submit("/payments/reconciliations", {"source": f"statement:{address.rpartition('/')[2]}"})
    assert made.status_code == 303
    prepared = made.headers["location"]
    assert "/documents/papers/" not in browser.get(prepared).text
    own = browser.submit(f"{prepared}/control")
    assert own.status_code == 409 and "Une seconde personne doit le faire" in own.text
    controller = client(world.surround, world.people["financial_controller"])
    assert controller.submit(f"{prepared}/control").status_code == 303
    page = browser.get(prepared).text
    assert "/documents/papers/" in page
    paper = browser.get("/documents/papers/" + page.split("/documents/papers/")[1].split('"')[0])
    assert paper.status_code == 200 and paper.content.startswith(b"%PDF")


@pytest.mark.both_engines
def test_a_payment_that_the_bank_made_is_recorded_whatever_came_between(world: World) -> None:
    """J9: the agreement suspended, the tranche frozen, the account retired, the fund frozen, ours closed: the money has left all the same."""
    ids, orders = sent(world)
    d = chain.stored(world, ids[0])
    assert d.account_id is not None
    scene.change(world, Agreement, d.agreement_id, status="suspended")
    scene.change(world, Tranche, d.tranche_id, frozen_reason="Facture présentée deux fois")
    with world.work("programme_head") as work:
        groups.retire_account(work, work.db.get_one(GroupAccount, d.account_id), "Le groupe a changé de banque")
    scene.change(world, Fund, world.ids["fund"], status="frozen")
    send(world, csv_file(f"22/11/2026;VIR {orders[0]};A1;1 780 000;;-1 780 000"))
    assert (chain.stored(world, ids[0]).status, lines(world)[0].status) == ("paid", "matched")
    scene.change(world, TreasuryAccount, world.ids["bank"], active=False)
    scene.pay(world, ids[1], "VIR-2")  # by hand too
    with world.work("external_auditor", readonly=True) as work:
        told = work.db.scalars(select(AuditEvent).where(AuditEvent.event == "disbursement:paid_despite").order_by(AuditEvent.seq)).all()
        assert [(e.subject_id, sorted(e.data["despite"])) for e in told] == [
            (ids[0], ["account_unverified", "frozen", "not_in_execution"]), (ids[1], ["account_unverified", "not_in_execution"])
        ]  # fmt: skip
        assert control.counts(work)["despite"].count == 2
    scene.change(world, Disbursement, ids[2], payee="Un autre")
    with pytest.raises(Refused) as refused:  # what was sent is not what is in the record: nobody is paid on that
        scene.pay(world, ids[2], "VIR-3")
    assert codes(refused) == {"content_changed"}


def test_what_was_not_sent_is_still_stopped(world: World) -> None:
    ids = scene.ordered(world)
    scene.change(world, Agreement, chain.stored(world, ids[0]).agreement_id, status="suspended")
    with pytest.raises(Refused) as refused:
        scene.pay(world, ids[0], "VIR-1")
    assert codes(refused) == {"not_in_execution"}
