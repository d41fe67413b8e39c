"""What banks and operators read: valid against the official schema, the same byte for byte, and never made with a line that would be refused."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from portfolio.disbursements.models import Disbursement
from portfolio.funds.models import TreasuryAccount
from portfolio.groups.models import GroupAccount
from portfolio.kit.errors import Refused
from portfolio.kit.i18n import speaking
from portfolio.payments import queries, service
from portfolio.payments.models import PaymentBatch, PaymentLine
from portfolio.payments.reference import IBAN, iban_of, phone_of, profile, rib_key, rib_of
from tests.agreements.scene import codes
from tests.agreements.world import World
from tests.payments import scene

SCHEMAS = Path(__file__).parents[1] / "vendor" / "iso20022"
AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PUBLISHED = (
    "ML13ML0160120102600100668497", "BF42BF0840101300463574000390", "NE58NE0380100100130305000268", "SN08SN0100152000048500003035",
    "BJ66BJ0610100100144390000769", "CI93CI0080111301134291200589", "TG53TG0090604310346500400070",
)  # fmt: skip
"""Examples of IBAN that registries publish for the countries of the zone: their RIB keys are right."""


def line(position: int = 1, **more: Any) -> PaymentLine:
    return PaymentLine(
        **{
            "position": position, "disbursement_id": position, "order_reference": f"OP-2026-0000{position}-A", "amount_minor": 1_780_000,
            "amount_currency": "XOF", "payee": "Groupement féminin Anniya d'Ansongo", "holder": "Groupement féminin Anniya d’Ansongo",
            "account_kind": "bank", "account_provider": "Banque du Sahel", "account_number": scene.rib(), "country": "ML", **more,
        }  # fmt: skip
    )


def batch() -> PaymentBatch:
    return PaymentBatch(reference="LOT-2026-00001-X", treasury_account_id=1, channel="bank", amount_currency="XOF")


def layout(code: str) -> Any:
    found = profile(code)
    assert found is not None
    return found


def made(code: str, *lines: PaymentLine, account: str = "XX099 01001 00000000054 42") -> bytes:
    return service.file_bytes(layout(code), batch(), list(lines), "Autorité de développement de la zone", account, AT)


def valid(content: bytes, version: str, folder: Path) -> str:
    """What the schema's own checker says; "" when valid."""
    assert shutil.which("xmllint"), "xmllint checks the files of the bank"
    file = folder / "bank.xml"
    file.write_bytes(content)
    said = subprocess.run(
        ["xmllint", "--nonet", "--noout", "--schema", str(SCHEMAS / f"{version}.xsd"), str(file)], capture_output=True, text=True, check=False
    )
    return "" if said.returncode == 0 else said.stderr


@pytest.mark.parametrize("published", PUBLISHED)
def test_the_key_of_a_rib_is_that_of_published_accounts(published: str) -> None:
    assert IBAN.fullmatch(published) and rib_of(published) == (published[4:], "")
    assert iban_of(published[4:]) == published
    for at in range(5, 26):  # one digit wrong anywhere is seen
        if published[at].isdigit():
            wrong = f"{published[:at]}{(int(published[at]) + 1) % 10}{published[at + 1 :]}"
            assert rib_of(wrong)[1] == "iban" and rib_of(wrong[4:])[1] == "key"


def test_a_rib_may_be_typed_with_spaces() -> None:
    body = "ML0160120102600100668497"
    assert rib_of(" ml016 01201 026001006684 97 ") == (body, "") and rib_of("")[1] == "missing" and rib_of("ML016")[1] == "format"
    assert rib_key(body[:-2]) == 97


def test_wallets_are_numbers_of_their_country() -> None:
    assert phone_of("70 00 11 22", "ML") == "+22370001122" and phone_of("+226 70 00 11 22", "BF") == "+22670001122"
    assert phone_of("+22670001122", "ML") == "" and phone_of("7000112", "ML") == "" and phone_of("ML099", "ML") == ""


@pytest.mark.parametrize("code, version", [("pain-09", "pain.001.001.09"), ("pain-03", "pain.001.001.03")])
def test_the_payment_message_is_valid_against_the_official_schema(code: str, version: str, tmp_path: Path) -> None:
    lines = [line(n, amount_minor=1_000 + n, account_number=scene.rib(f"ML09901001{n:012d}")) for n in range(1, 121)]
    content = made(code, *lines, account=scene.rib("ML099" + "01001" + "000000000777"))
    assert valid(content, version, tmp_path) == ""
    text = content.decode()
    assert f"<CtrlSum>{sum(x.amount_minor for x in lines)}</CtrlSum>" in text and "<NbOfTxs>120</NbOfTxs>" in text
    assert "<Nm>Groupement feminin Anniya d'Ansongo</Nm>" in text and text.count("<EndToEndId>") == 120
    assert valid(made(code, line()), version, tmp_path) == "", "an own account that is no RIB goes as another identification"
    for broken in (content.replace(b'Ccy="XOF"', b'Ccy="FCFA"'), content.replace(b"<EndToEndId>OP-2026-00001-A</EndToEndId>", b"")):
        assert valid(broken, version, tmp_path), "the checker sees what is wrong"


def test_each_bank_reads_its_own_columns() -> None:
    sahel = made("sahel-csv", line()).decode("cp1252")
    rows = list(csv.reader(io.StringIO(sahel), delimiter=";"))
    assert "\r\n" in sahel and rows[0][:5] == ["REF_ORDRE", "CODE_BANQUE", "CODE_GUICHET", "NUM_COMPTE", "CLE_RIB"]
    key = scene.rib()[-2:]
    assert rows[1][:8] == ["OP-2026-00001-A", "ML099", "01001", "000000000123", key, "Groupement féminin Anniya d'Ansongo", "1780000", "XOF"]
    fleuve = list(csv.reader(io.StringIO(made("fleuve-csv", line()).decode("utf-8"))))
    assert fleuve[1] == ["1", "Groupement féminin Anniya d'Ansongo", "Banque du Sahel", scene.rib(), "1780000", "2026-11-22", "OP-2026-00001-A"]
    wallet = line(account_kind="mobile", account_number="70001122", account_provider="Orange Money")
    mobile = list(csv.reader(io.StringIO(made("mobile-csv", wallet).decode("utf-8"))))
    assert mobile[1][:3] == ["OP-2026-00001-A", "Orange Money", "+22370001122"]
    cash = list(csv.reader(io.StringIO(made("cash-csv", line(account_kind="cash", account_number="")).decode("utf-8")), delimiter=";"))
    assert cash[1][1:4] == ["OP-2026-00001-A", "Groupement féminin Anniya d'Ansongo", "1780000"] and cash[0][-1] == "Signature ou empreinte"


BAD = [
    ("account_missing", {"account_number": ""}, "le numéro de compte manque"),
    ("rib_key", {"account_number": scene.rib()[:-2] + "00"}, "la clé du RIB"),
    ("iban_key", {"account_number": "ML14" + "ML0160120102600100668497"}, "les chiffres de contrôle de l’IBAN"),
    ("rib_format", {"account_number": "12345"}, "n’est ni un RIB"),
    ("name_forbidden", {"holder": "Groupement <Anniya>"}, "contient un caractère"),
    ("name_forbidden", {"holder": "=SOMME(A1)"}, "contient un caractère"),
    ("name_forbidden", {"holder": "جمعية"}, "contient un caractère"),
    ("name_missing", {"holder": " ", "payee": " "}, "le nom du titulaire du compte manque"),
    ("amount_zero", {"amount_minor": 0}, "son montant est nul"),
    ("currency", {"amount_currency": "EUR"}, "il n’est pas en francs\u00a0CFA"),
    ("wrong_channel", {"account_kind": "mobile", "account_number": "+22370001122"}, "son compte n’est pas du genre"),
]


@pytest.mark.parametrize("code, wrong, said", BAD)
@pytest.mark.parametrize("file", ["sahel-csv", "pain-09"])
def test_a_bad_line_is_named_in_french_and_no_file_is_made(file: str, code: str, wrong: dict[str, Any], said: str) -> None:
    bad = line(2, **wrong)
    with speaking("fr"):
        refusals = list(service.file_refusals(layout(file), [line(1), bad, line(3)]))
    assert [r.code for r in refusals] == [code]
    assert "Ligne 2, OP-2026-00002-A" in refusals[0].message and said in refusals[0].message and refusals[0].way_out
    with pytest.raises(ValueError, match=code):
        made(file, line(1), bad, line(3))


def test_a_wallet_that_is_none_and_a_name_that_is_too_long() -> None:
    assert [r.code for r in service.file_refusals(layout("mobile-csv"), [line(account_kind="mobile", account_number="+33611223344")])] == ["phone"]
    assert len(service.name_for(layout("sahel-csv"), "Union des groupements féminins de maraîchage de la commune")) <= 35


def test_the_lock_refuses_what_the_bank_would_refuse(world: World) -> None:
    """Before anything is signed: the wrong key is named, and the batch stays a draft."""
    ids = scene.ordered(world)
    wrong = scene.rib()[:-2] + "00"
    scene.change(world, GroupAccount, world.ids["account"], number=wrong)
    for number in ids:
        scene.change(world, Disbursement, number, account_number=wrong)
    opened = scene.draft(world, ids)
    with pytest.raises(Refused) as refused:
        scene.lock(world, opened)
    assert "rib_key" in codes(refused) and scene.stored(world, opened).status == "draft"


def test_the_file_of_a_batch_is_the_same_each_time_it_is_asked(world: World) -> None:
    opened = scene.to(world, "sent", scene.ordered(world), profile="pain-09")
    with world.work("accountant", readonly=True) as work:
        sent = queries.get(work, opened)
        name, content = service.made_file(work, sent)
        assert service.made_file(work, sent) == (name, content) and name == f"{sent.reference}.xml"
    scene.change(world, TreasuryAccount, world.ids["bank"], holder="Un autre nom")
    with world.work("accountant", readonly=True) as work, pytest.raises(ValueError, match="not what was sent"):
        service.made_file(work, queries.get(work, opened))
