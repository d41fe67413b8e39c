"""The screens of batches over HTTP: made, signed by typing, blocked with who can act, the file and the slip; and thirty-two at once."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pypdf
import pytest

from portfolio.disbursements.models import Disbursement
from portfolio.ledger import queries as ledger
from portfolio.origin import Surroundings
from portfolio.payments.models import PaymentBatch
from tests.agreements.world import World
from tests.client import client
from tests.disbursements import chain
from tests.payments import scene
from tests.support.crowd import TIMES, Scene, copies, one_wins, take_the_lock_away


def words(answer: Any) -> str:
    return str(answer.text).replace("\u202f", " ").replace("\u00a0", " ")


def fields(world: World, number: int, **wrong: Any) -> dict[str, Any]:
    with world.work("accountant", readonly=True) as work:
        form = scene.form(work, scene.queries.get(work, number), **wrong)
        return {name: str(value) for name, value in form.model_dump().items()}


@pytest.mark.both_engines
def test_a_batch_from_the_screen_to_its_file(world: World) -> None:
    ids = scene.ordered(world)
    cashier = client(world.surround, world.people["cashier"])
    assert "Choisissez le compte" in words(cashier.get("/payments/new"))
    page = words(cashier.get(f"/payments/new?account={world.ids['bank']}"))
    assert page.count('name="payments"') == 3 and "4 450 000" in page
    assert "Aucun paiement n’attend pour ce compte" in words(cashier.get(f"/payments/new?account={world.ids['till']}"))
    form = {"treasury_account_id": str(world.ids["bank"]), "profile": "sahel-csv", "payments": [str(i) for i in ids]}
    made = cashier.submit("/payments/new", form)
    address = made.headers["location"]
    number = int(address.rsplit("/", 1)[1])
    assert "Ajouter des paiements" in words(cashier.get(address))
    assert cashier.submit(f"{address}/lock").status_code == 303
    page = words(cashier.get(address))
    assert "Responsable du programme, Contrôleur financier" in page
    controller = client(world.surround, world.people["financial_controller"])
    wrong = controller.submit(f"{address}/approve", fields(world, number, total=4_450_001))
    assert wrong.status_code == 422 and "Ce n’est pas le total du lot" in words(wrong) and 'value="4450001"' in wrong.text
    assert controller.submit(f"{address}/approve", fields(world, number)).status_code == 303
    for role in ("authorising_officer", "accountant"):
        verb = {"authorising_officer": "authorise", "accountant": "release"}[role]
        browser = client(world.surround, world.people[role])
        assert "Je confirme et je signe" in words(browser.get(address))
        assert browser.submit(f"{address}/{verb}", fields(world, number)).status_code == 303
    accountant = client(world.surround, world.people["accountant"])
    assert accountant.get(f"{address}/file").status_code == 404, "no file before it is sent"
    assert accountant.submit(f"{address}/send").status_code == 303
    file = accountant.get(f"{address}/file")
    assert file.status_code == 200 and file.content.count(b"\r\n") == 4 and b"REF_ORDRE;CODE_BANQUE" in file.content
    slip = accountant.get(f"{address}/slip")
    text = " ".join("\n".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(slip.content)).pages).split())
    for mention in ("BORDEREAU D'ÉMISSION", "quatre millions quatre cent cinquante mille francs CFA", "Ousmane Traoré", "Mariama Sow",
                    "Issoufou Garba", "Fati Kaboré", "Empreinte de contrôle", "SHA-256"):  # fmt: skip
        assert mention in text, mention
    scene.pay(world, ids[0], "VIR-9")
    scene.fail(world, ids[1])
    page = words(accountant.get(address))
    assert "Payés : 1, 1 780 000" in page and "À suivre : redemander la tranche." in page and "VIR-9" in page
    assert "4 450 000" in words(accountant.get("/payments")) and "Lots" in words(accountant.get(f"/disbursements/{ids[0]}"))


def test_nonsense_in_a_new_batch_is_a_sentence(world: World) -> None:
    cashier = client(world.surround, world.people["cashier"])
    for account in ("9" * 30, "１２", "-1", "abc", "\x00", ""):
        answer = cashier.submit("/payments/new", {"treasury_account_id": account, "profile": "sahel-csv", "payments": "1"})
        assert answer.status_code == 422 and "Un incident" not in answer.text, account


def test_a_payment_held_by_a_batch_says_so_on_its_page(world: World) -> None:
    ids = scene.ordered(world)
    number = scene.draft(world, ids)
    batch = scene.stored(world, number)
    page = words(client(world.surround, world.people["accountant"]).get(f"/disbursements/{ids[0]}"))
    assert f"Ce paiement attend dans le lot {batch.reference}" in page


def test_what_changed_is_shown_with_who_can_open_the_batch_again(world: World) -> None:
    ids = scene.ordered(world)
    number = scene.to(world, "approved", ids)
    scene.change(world, Disbursement, ids[0], payee="Un ami")
    page = words(client(world.surround, world.people["authorising_officer"]).get(f"/payments/{number}"))
    assert "les signatures données sont caduques" in page and "Rouvrez le lot" in page and "Je confirme et je signe" not in page


def to_lock(around: Surroundings) -> dict[str, Any]:
    world = scene.build(around)
    ids = scene.make_ordered(world)
    return {"people": world.people, "world": world.ids, "number": scene.draft(world, ids), "payments": ids}


def world_of(scene_: Scene) -> World:
    world = World(scene_.around.database, scene_.ids["people"], scene_.around.clock, scene_.around)  # type: ignore[arg-type]
    world.ids.update(scene_.ids["world"])
    return world


@pytest.mark.both_engines
@pytest.mark.slow
def test_thirty_two_at_every_link_of_a_batch(engine_kind: str, tmp_path: Path) -> None:
    """C02: one wins each, the batch is opened again and goes its whole way, each payment is sent once."""
    for scene_ in copies(engine_kind, tmp_path, "batch", to_lock, times=(TIMES + 1) // 2):
        world, number, batch, race = world_of(scene_), scene_.ids["number"], f"/payments/{scene_.ids['number']}", scene_.race
        reason = {"reason": "Un ordre de paiement manque encore"}
        race("payment_batch:locked", "cashier", f"{batch}/lock")
        race("payment_batch:unlocked", "programme_head", f"{batch}/unlock", reason)
        scene.lock(world, number)
        race("payment_batch:approved", "financial_controller", f"{batch}/approve", fields(world, number))
        race("payment_batch:authorised", "authorising_officer", f"{batch}/authorise", fields(world, number))
        race("payment_batch:released", "accountant", f"{batch}/release", fields(world, number), said="Déjà fait par Issoufou Garba le 22 novembre 2026")
        race("payment_batch:sent", "accountant", f"{batch}/send", said="Déjà fait par Issoufou Garba le 22 novembre 2026")
        assert [chain.stored(world, i).status for i in scene_.ids["payments"]] == ["sent"] * 3
        with scene_.around.database.session(readonly=True) as session:
            assert ledger.check(session) is None and ledger.net(session, ["906"]) == 4_450_000
            session.rollback()
        first, *others = scene_.ids["payments"]
        scene.fail(world, first)
        for payment in others:
            scene.pay(world, payment, f"VIR-{payment}")
        race("payment_batch:reconciled", "accountant", f"{batch}/reconcile")
        race("payment_batch:cancelled", "cashier", f"/payments/{scene.draft(world, [])}/cancel", reason)
        scene_.done(whole=False)


def to_release(around: Surroundings) -> dict[str, Any]:
    world = scene.build(around)
    ids = scene.make_ordered(world)
    number = scene.to(world, "authorised", ids)
    return {"people": world.people, "number": number, "payments": ids, "fields": fields(world, number)}


@pytest.mark.postgresql
@pytest.mark.slow
def test_the_race_is_seen_when_the_lock_is_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """C07: without the row lock of the batch, somebody is not told politely by whom it was done."""
    for scene_ in copies("postgresql", tmp_path, "release", to_release, times=1):
        take_the_lock_away(monkeypatch, PaymentBatch)
        answers = scene_.crowd(
            scene_.ids["people"]["accountant"], f"/payments/{scene_.ids['number']}/release", lambda _at, s=scene_: s.ids["fields"]
        )
        with pytest.raises(AssertionError):
            one_wins(answers, "Déjà fait par Issoufou Garba le 22 novembre 2026")
