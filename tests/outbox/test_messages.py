"""Messages leave by a real mail server, once at most; what cannot leave waits, and says why (M1, T06)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from portfolio import serving
from portfolio.kit import mail
from portfolio.kit.clock import FixedClock
from portfolio.kit.db import Database
from portfolio.kit.mail import BadMail, MailServer, address
from portfolio.ledger.service import post
from portfolio.ledger.signatures import checkpoints
from portfolio.origin import Surroundings
from portfolio.outbox import service
from portfolio.outbox.models import Job
from portfolio.outbox.queries import examine
from portfolio.outbox.service import enqueue
from portfolio.serving import make_daily, run_jobs
from portfolio.settings import BadSettings, Settings
from tests import factories
from tests.ledger.books import transfers
from tests.support.smtp import Mailbox, mailbox

TO = "tresoriere@example.org"


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as made:
        yield made


def sends(box: Mailbox) -> MailServer:
    return MailServer("127.0.0.1", box.port, "none", address("portfolio@autorite.example"))


@pytest.fixture
def around(database: Database, tmp_path: Path, box: Mailbox) -> Surroundings:
    clock = FixedClock(factories.NOON)
    return replace(factories.around(database, clock=clock, data_dir=tmp_path / "d"), mail=sends(box), key_dir=tmp_path / "cles")


def ask(around: Surroundings, *to: str, key: str | None = None, subject: str = "Rapport attendu", **more: Any) -> int | None:
    with around.database.session(readonly=False) as session:
        payload = {"to": list(to or (TO,)), "subject": subject, "body": "Le rapport de la tranche 1 est attendu.\n", **more}
        number = enqueue(session, "email", payload, around.clock.now(), key)
        session.commit()
    return number


def job(around: Surroundings, number: int | None) -> Job:
    with around.database.session(readonly=True) as session:
        found = session.get_one(Job, number)
        session.expunge(found)
        session.rollback()
    return found


def told(around: Surroundings) -> list[tuple[bool, str]]:
    with around.database.session(readonly=True) as session:
        said = list(examine(session, around.clock.now(), ready=around.mail is not None))
        session.rollback()
    return said


def later(around: Surroundings, **more: float) -> Surroundings:
    assert isinstance(around.clock, FixedClock)
    around.clock.moment += timedelta(**more)
    return around


@pytest.mark.both_engines
def test_a_message_waits_for_a_server_and_leaves_once(around: Surroundings, box: Mailbox) -> None:
    number = ask(around, subject="Rapport attendu\r\nBcc: tous@example.org", key="une fois")
    assert ask(around, key="une fois") is None, "asked for twice"
    without = replace(around, mail=None)
    assert run_jobs(without) == 0 and job(around, number).attempts == 0
    [(good, words)] = told(without)
    assert not good and "1 message attend" in words and "PORTFOLIO_SMTP_HOST" in words
    assert run_jobs(around) == 1
    for _ in range(3):
        assert run_jobs(later(around, hours=7)) == 0
    [(to, message)] = box.taken
    assert to == [TO] and message["Subject"] == "Rapport attendu Bcc: tous@example.org" and message["Bcc"] is None
    assert message["Message-ID"] == f"<portfolio-{number}@autorite.example>" and message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().replace("\r\n", "\n") == "Le rapport de la tranche 1 est attendu.\n"
    sent = job(around, number)
    assert sent.state == "done" and sent.done_at == factories.NOON and told(around) == [(True, "un serveur de courriel est configuré")]


@pytest.mark.both_engines
def test_what_may_have_left_is_never_sent_again(around: Surroundings, box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line cut after the message was taken; the machine cut after it was handed over; eight hands at once."""
    box.data = ["cut"]
    cut = ask(around)
    run_jobs(around)
    assert (job(around, cut).state, len(box.taken)) == ("failed", 1) and "peut-être parti" in str(job(around, cut).error)

    killed, send = ask(around), serving._send

    def dies(*given: Any, **more: Any) -> None:
        send(*given, **more)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(serving, "_send", dies)
        with pytest.raises(KeyboardInterrupt):
            run_jobs(around)
    assert len(box.taken) == 2 and job(around, killed).state == "waiting"
    assert run_jobs(later(around, minutes=5)) == 0, "another server may still be sending it"
    run_jobs(later(around, minutes=11))
    assert job(around, killed).state == "failed" and len(box.taken) == 2
    assert [good for good, words in told(around) if "2 messages de cette semaine" in words] == [False]

    numbers = [ask(around) for _ in range(6)]
    hands = [threading.Thread(target=run_jobs, args=(around,)) for _ in range(8)]
    for each in hands:
        each.start()
    for each in hands:
        each.join()
    run_jobs(around)
    assert {job(around, n).state for n in numbers} == {"done"} and len(box.taken) == 8
    assert len({message["Message-ID"] for _to, message in box.taken}) == 8


def test_a_refusal_is_tried_again_ever_less_often_or_given_up(around: Surroundings, box: Mailbox) -> None:
    box.data = ["451 later", "554 never"]
    number = ask(around)
    run_jobs(around)
    waits = job(around, number)
    assert (waits.state, waits.attempts, waits.started_at) == ("waiting", 1, None) and "451" in str(waits.error)
    assert run_jobs(later(around, minutes=1)) == 0
    run_jobs(later(around, minutes=2))
    assert job(around, number).state == "failed" and "554" in str(job(around, number).error) and box.taken == []

    box.rcpt = {"nobody@example.org": "550 no such box", "full@example.org": "452 full"}
    nobody, full, some = ask(around, "nobody@example.org"), ask(around, "full@example.org"), ask(around, "nobody@example.org", TO)
    run_jobs(around)
    assert (job(around, nobody).state, job(around, full).state) == ("failed", "waiting") and "no such box" in str(job(around, nobody).error)
    assert "1 adresse(s) sur 2" in str(job(around, some).error) and [to for to, _m in box.taken] == [[TO]]

    down = replace(around, mail=replace(sends(box), port=1))  # nobody listens there
    number, turns = ask(around, until=(factories.NOON + timedelta(days=30)).date().isoformat()), 0
    while job(around, number).state == "waiting":
        turns += run_jobs(later(down, hours=6.01))
    assert job(around, number).attempts == service.MAX_SENDINGS and "ConnectionRefused" in str(job(around, number).error)
    stale = ask(around, until=(around.clock.now() - timedelta(days=1)).date().isoformat())
    run_jobs(around)
    assert job(around, stale).state == "failed" and "trop tard" in str(job(around, stale).error)


@pytest.mark.both_engines
def test_the_heads_of_a_day_go_to_each_address_once(around: Surroundings, box: Mailbox) -> None:
    around = replace(around, head_emails=("cour@comptes.example", "bailleur@norlande.example"))
    with around.database.session(readonly=False) as session:
        post(session, transfers(8)[:8])
        session.commit()
    for _ in range(3):
        make_daily(around)
        run_jobs(around)
    assert sorted(to for to, _m in box.taken) == [["bailleur@norlande.example"], ["cour@comptes.example"]]
    lines = box.taken[0][1].get_content().splitlines()
    [head] = checkpoints(lines)
    assert (head.number, head.state) == (8, "signed") and "écriture n° 8" in box.taken[0][1]["Subject"]
    make_daily(later(around, days=1))
    run_jobs(around)
    assert len(box.taken) == 4
    with around.database.session(readonly=True) as session:
        assert len(session.scalars(select(Job.id)).all()) == 4
        session.rollback()


@pytest.mark.parametrize(("name", "value"), [
    ("SMTP_SECURITY", "perhaps"), ("SMTP_SECURITY", "none"), ("SMTP_PORT", "abc"), ("SMTP_PORT", "0"), ("MAIL_FROM", ""), ("MAIL_FROM", "nobody"),
    ("MAIL_FROM", "a@b.example\nBcc: c@d.example"), ("HEAD_EMAILS", "cour@comptes.example, cour"), ("SMTP_PASSWORD_FILE", "absent"),
])  # fmt: skip
def test_a_bad_mail_server_is_refused_with_its_reason(name: str, value: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PORTFOLIO_DATA_DIR", str(tmp_path))
    for variable, good in {"SMTP_HOST": "smtp.example", "MAIL_FROM": "portfolio@autorite.example"}.items():
        monkeypatch.setenv(f"PORTFOLIO_{variable}", good)
    found = Settings.read().mail
    assert found is not None and (found.port, found.security) == (587, "starttls")
    monkeypatch.setenv(f"PORTFOLIO_{name}", value)
    with pytest.raises(BadSettings):
        Settings.read()


def test_an_address_is_one_address() -> None:
    for text in ("a@b.example", " a.b+c@d-e.example "):
        assert address(text).addr_spec == text.strip()
    for text in ("", "a", "a@b", "a b@c.example", "a@b.example\r\nX: y", "é@b.example", "<a@b.example>", "a@b.example, c@d.example"):
        with pytest.raises(BadMail):
            address(text)
    assert not mail.is_over(None, factories.NOON) and not mail.is_over("2026-11-22", factories.NOON) and mail.is_over("2026-11-21", factories.NOON)
