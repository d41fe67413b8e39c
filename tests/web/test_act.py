"""The route class: sign-in, default deny, CSRF, idempotency, failing commits, read-only pages."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import event, func, select

from portfolio.accounts.models import Person, SignIn
from portfolio.audit.models import AuditEvent
from portfolio.audit.queries import check
from portfolio.kit.db import Database
from portfolio.kit.passwords import hash_password
from portfolio.web.act import SESSION, Act, room
from portfolio.work import Work
from tests import factories
from tests.client import client


@pytest.fixture
def accountant(database: Database) -> int:
    return factories.add_person(
        database, "accountant", name="Mahamadou Sidibé", password_hash=hash_password(factories.PASSWORD)
    )


def count(database: Database, model: type) -> int:
    with database.session(readonly=True) as session:
        return int(session.execute(select(func.count()).select_from(model)).scalar_one())


def test_a_route_without_a_rule_is_refused_at_start() -> None:
    router = room("nowhere")
    with pytest.raises(RuntimeError, match="no permission"):
        router.get("")(lambda: None)
    assert issubclass(Act, object)


@pytest.mark.both_engines
def test_signing_in_and_out(database: Database, accountant: int) -> None:
    visitor = client(database)
    with visitor.around.database.session(readonly=True) as session:
        email = session.get(Person, accountant).email  # type: ignore[union-attr]
        session.rollback()
    assert visitor.get("/", follow_redirects=False).headers["location"].startswith("/accounts/sign-in")
    bad = visitor.submit("/accounts/sign-in", {"email": email, "password": "pas le bon mot"})
    assert bad.status_code == 422 and "pas le bon mot" not in bad.text and email in bad.text
    good = visitor.submit(
        "/accounts/sign-in", {"email": email, "password": factories.PASSWORD, "next": "//evil.example/"}
    )
    assert good.status_code == 303 and good.headers["location"] == "/"
    visitor.token = good.cookies[SESSION]
    visitor.cookies.set(SESSION, visitor.token)
    assert "Mahamadou Sidibé" in visitor.get("/").text
    assert visitor.submit("/accounts/sign-out").status_code == 303
    visitor.cookies.set(SESSION, visitor.token)
    assert visitor.get("/", follow_redirects=False).status_code == 303
    with database.session(readonly=True) as session:
        events = list(session.scalars(select(AuditEvent.event).order_by(AuditEvent.seq)))
        assert check(session) is None
    assert events == ["person:sign_in_failed", "person:signed_in", "person:signed_out"]


def test_guessing_is_slowed_down(database: Database, accountant: int) -> None:
    visitor = client(database)
    answers = [
        visitor.submit("/accounts/sign-in", {"email": "x@example.org", "password": f"essai {n}"}).text
        for n in range(11)
    ]
    assert "quarter of an hour" not in answers[0] and "quart d" in answers[10]


def test_csrf_refuses_foreign_tokens_and_sites(database: Database, accountant: int) -> None:
    mine, other = client(database, accountant), client(database, accountant)
    fields = {"listing": "calls", "name": "Mes appels", "query": "", "back": "/"}
    assert mine.post("/accounts/views", data=fields).status_code == 403
    other.token, token = mine.token, other.token
    assert other.submit("/accounts/views", fields).status_code == 403, "a token of another session"
    other.token = token
    assert (
        mine.post("/accounts/views", data=fields, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    )
    assert mine.submit("/accounts/views", fields).status_code == 303


@pytest.mark.both_engines
def test_one_key_one_effect(database: Database, accountant: int) -> None:
    browser = client(database, accountant)
    fields = {"listing": "calls", "name": "Mes appels", "query": "", "back": "/"}
    answers: list[int] = []
    threads = [
        threading.Thread(
            target=lambda: answers.append(browser.submit("/accounts/views", fields, key="same").status_code)
        )
        for _ in range(8)
    ]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert answers == [303] * 8
    assert count(database, AuditEvent) == 1
    assert browser.submit("/accounts/views", {**fields, "name": "Autre"}, key="same").status_code == 409


@pytest.mark.both_engines
def test_a_commit_that_fails_never_answers_success(
    database: Database, accountant: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = client(database, accountant)

    def fail(work: Work) -> None:
        work.db.flush()
        raise OSError("disk full")

    fields = {"listing": "calls", "name": "Mes appels", "query": "", "back": "/"}
    with monkeypatch.context() as patched:
        patched.setattr(Work, "commit", fail)
        answer = browser.submit("/accounts/views", fields, key="k1")
    assert answer.status_code == 500 and "disk full" not in answer.text
    assert browser.submit("/accounts/views", fields, key="k1").status_code == 303, "the key was not spent"


@pytest.mark.both_engines
def test_a_commit_that_the_database_refuses_never_answers_success(database: Database, accountant: int) -> None:
    """COMMIT itself fails, at the server where it can: no success, nothing kept, and the next to write is not locked out."""
    browser = client(database, accountant)
    fields = {"listing": "calls", "name": "Mes appels", "query": "", "back": "/"}
    on, off = (
        (
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'full'; END $$;"
            "CREATE CONSTRAINT TRIGGER refused AFTER INSERT ON audit_event DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION refuse()",
            "DROP TRIGGER refused ON audit_event",
        )
        if database.kind == "postgresql"
        else ("", "")
    )

    def full(_connection: object) -> None:
        raise OSError("disk full")

    if on:
        with database.engine.begin() as connection:
            connection.exec_driver_sql(on)
    else:
        event.listen(database.engine, "commit", full)
    answer = browser.submit("/accounts/views", fields, key="k1")
    assert answer.status_code == 500
    if off:
        with database.engine.begin() as connection:
            connection.exec_driver_sql(off)
    else:
        event.remove(database.engine, "commit", full)
    assert count(database, AuditEvent) == 0
    assert browser.submit("/accounts/views", fields, key="k1").status_code == 303, "the key was not spent"
    assert count(database, AuditEvent) == 1


def test_pages_cannot_write(database: Database, accountant: int) -> None:
    with (
        factories.work_as(database, accountant, readonly=True) as work,
        pytest.raises(Exception, match="readonly|read-only"),
    ):
        work.db.execute(SignIn.__table__.delete())


def test_headers_stand_on_every_answer(database: Database) -> None:
    visitor = client(database)
    for address in ("/accounts/sign-in", "/nowhere", "/static/app.css", "/static/none", "/healthz"):
        answer = visitor.get(address)
        assert answer.headers["content-security-policy"].startswith("default-src 'none'"), address
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert visitor.get("/accounts/sign-in", headers={"host": "evil.example"}).status_code == 421


def test_a_form_survives_the_end_of_its_session(database: Database, accountant: int) -> None:
    browser = client(database, accountant)
    with database.session(readonly=False) as session:
        session.execute(SignIn.__table__.update().values(ended_at=factories.NOON))
        session.commit()
    answer = browser.submit(
        "/accounts/views", {"listing": "calls", "name": "Longue phrase tapée", "query": "", "back": "/"}
    )
    assert answer.status_code == 401 and "Longue phrase tapée" in answer.text
