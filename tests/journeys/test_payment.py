"""A payment walked in a real chromium by the people of the demo: the ordonnateur signs, the comptable pays, the auditor prints and believes.

The printed ledger's text holds the amount that the screens showed. Once with scripts and once without (`--engines both` for PostgreSQL).
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from portfolio.disbursements.models import Disbursement
from portfolio.kit.money import amount, figures
from portfolio.ledger.queries import net
from portfolio.origin import Surroundings
from tests.demo import PASSWORD, files
from tests.journeys.walker import Person, Walk, plain
from tests.support.server import Product

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def waiting(demo: Surroundings) -> tuple[int, str, int]:
    """The payment of the demo that waits for the ordonnateur: id, reference, francs."""
    with demo.database.session(readonly=True) as session:
        found = session.scalars(select(Disbursement).where(Disbursement.status == "visaed")).one()
        session.rollback()
        return found.id, found.reference, found.amount_minor


def paid_so_far(demo: Surroundings) -> int:
    with demo.database.session(readonly=True) as session:
        total = net(session, ["907"])
        session.rollback()
        return total


def printed_ledger(auditor: Person) -> str:
    """The text of a new edition, asked for by the form of the page."""
    form = auditor.page.locator('form[action="/ledger/editions"]').first
    fields: dict[str, str | float | bool] = {str(i.get_attribute("name")): str(i.get_attribute("value") or "") for i in form.locator("input").all()}
    answer = auditor.context.request.post(
        f"{auditor.walk.address}/ledger/editions", form=fields, headers={"Origin": auditor.walk.address}
    )
    assert answer.ok, answer.status
    return plain(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.body())).pages))


def story(demo: Surroundings, browser: Browser, *, scripts: bool) -> None:
    number, reference, francs = waiting(demo)
    before = paid_so_far(demo)
    url = demo.database.url.render_as_string(hide_password=False)
    with Product(url, files(), env={"PORTFOLIO_IS_DEMO": "1"}, patience=120) as product:
        walk = Walk(browser, product.address, scripts=scripts)
        ordonnateur = walk.person("seydou.barro@demo.example", PASSWORD)
        ordonnateur.go("/disbursements").follow(re.compile(re.escape(reference))).sees(amount(francs))
        ordonnateur.press("Je confirme : bon à payer").sees("Ordre de paiement signé.")
        ordonnateur.go(f"/disbursements/{number}").does_not_see("Je confirme : bon à payer")

        comptable = walk.person("mahamadou.sidibe@demo.example", PASSWORD)
        comptable.go(f"/disbursements/{number}").fill("Référence du paiement", "VIR-PARCOURS-1")
        comptable.press("Constater le paiement").sees("Paiement enregistré.", "VIR-PARCOURS-1")
        assert paid_so_far(demo) == before + francs

        auditor = walk.person("nafissatou.balima@demo.example", PASSWORD)
        auditor.go("/auditor")
        auditor.go("/ledger").sees(figures(before + francs))
        text = printed_ledger(auditor)
        assert plain(figures(francs)) in text and plain(figures(before + francs)) in text and reference in text
        assert walk.faults == []


@pytest.mark.e2e
def test_a_payment_by_three_people(demo: Surroundings, browser: Browser) -> None:
    story(demo, browser, scripts=True)


@pytest.mark.e2e
def test_the_same_without_a_script(demo: Surroundings, browser: Browser) -> None:
    story(demo, browser, scripts=False)
