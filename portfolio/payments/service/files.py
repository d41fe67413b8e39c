"""The file that a bank or an operator reads. A line that would be refused there is refused here, by its name, before anything is made."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from xml.sax.saxutils import escape

from portfolio.disbursements.reference import CHANNEL_OF
from portfolio.kit.errors import Refusal
from portfolio.kit.i18n import gettext as _
from portfolio.payments.models import PaymentBatch, PaymentLine
from portfolio.payments.reference import Profile, compact, iban_of, phone_of, rib_of

_SWIFT = re.compile(r"[A-Za-z0-9][A-Za-z0-9/?:().,'+ -]*")
_LATIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿŒœ0-9][A-Za-zÀ-ÖØ-öø-ÿŒœ0-9'.,()/&° -]*")
_LIGATURES = str.maketrans(
    {"’": "'", "‘": "'", "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ŋ": "ng", "ɲ": "ny", "ɛ": "e", "ɔ": "o"}
)


def name_for(profile: Profile, name: str) -> str:
    """A name as this file writes it: without accents where the format knows none, cut at its length; "" when a character is not accepted."""
    read = " ".join(name.split()).replace("’", "'").replace("‘", "'")
    if profile.charset == "swift":
        read = "".join(
            c
            for c in unicodedata.normalize("NFKD", read.translate(_LIGATURES).replace("&", "et"))
            if not unicodedata.combining(c)
        )
    allowed = _SWIFT if profile.charset == "swift" else _LATIN
    if not allowed.fullmatch(read):
        return ""
    try:
        read.encode(profile.encoding)
    except UnicodeEncodeError:
        return ""
    return read[: profile.name_length].strip()


def line_faults(profile: Profile, line: PaymentLine) -> Iterator[tuple[str, str, str]]:
    """What this file could not carry of a line: code, sentence, what to do."""
    correct = _("Return the payment, correct the account of the group, then order it again.")
    if CHANNEL_OF.get(line.account_kind) != profile.channel:
        yield (
            "wrong_channel",
            _("its account is of another kind than this file pays."),
            _("Take it out of this batch, and put it in a batch of its own channel."),
        )
        return
    if line.amount_minor <= 0:
        yield "amount_zero", _("its amount is zero."), _("Take it out of this batch.")
    if line.amount_currency != "XOF":
        yield "currency", _("it is not in francs CFA."), _("Take it out of this batch.")
    name = line.holder or line.payee
    if not name.strip():
        yield "name_missing", _("the name of the account holder is missing."), correct
    elif not name_for(profile, name):
        yield (
            "name_forbidden",
            _("the name « %(name)s » has a character that this file does not accept.") % {"name": name},
            _("Correct the name of the holder: letters, figures, spaces, apostrophes and hyphens only."),
        )
    if profile.account == "rib":
        fault = rib_of(line.account_number)[1]
        words = {
            "missing": _("the account number is missing."),
            "format": _("the account « %(number)s » is not a RIB of 24 characters nor its IBAN."),
            "iban": _("the check digits of the IBAN « %(number)s » are wrong."),
            "key": _("the key of the RIB « %(number)s » is wrong."),
        }
        if fault:
            code = {
                "missing": "account_missing",
                "format": "rib_format",
                "iban": "iban_key",
                "key": "rib_key",
            }
            yield code[fault], words[fault].replace("%(number)s", compact(line.account_number)), correct
    elif profile.account == "phone" and not phone_of(line.account_number, line.country):
        yield (
            "phone",
            _("« %(number)s » is not a number of a wallet of its country.") % {"number": line.account_number},
            correct,
        )
    elif profile.account == "any" and not compact(line.account_number):
        yield "account_missing", _("the account number is missing."), correct


def file_refusals(profile: Profile, lines: Iterable[PaymentLine]) -> Iterator[Refusal]:
    """Every line that the file could not carry, named, all at once."""
    for line in lines:
        for code, sentence, way_out in line_faults(profile, line):
            yield Refusal(
                code,
                _("Line %(n)d, %(order)s, %(payee)s: %(fault)s")
                % {"n": line.position, "order": line.order_reference, "payee": line.payee, "fault": sentence},
                way_out=way_out,
                url=f"/disbursements/{line.disbursement_id}",
            )


def file_name(profile: Profile, batch: PaymentBatch) -> str:
    """The name of the file: the reference of its batch."""
    return f"{batch.reference}.{profile.extension}"


def file_bytes(
    profile: Profile,
    batch: PaymentBatch,
    lines: Sequence[PaymentLine],
    debtor: str,
    account: str,
    at: datetime,
) -> bytes:
    """The file, the same byte for byte each time it is asked. `debtor` and `account` are the institution's; `at` is the moment of release.

    The caller has checked `file_refusals`: a line that it names raises ValueError here.
    """
    for line in lines:
        for code, _sentence, _way in line_faults(profile, line):
            raise ValueError(f"{line.order_reference}: {code}")
    if profile.format == "csv":
        return _csv(profile, lines, at.date())
    return _pain(profile, batch, lines, debtor, account, at)


def _csv(profile: Profile, lines: Sequence[PaymentLine], on: date) -> bytes:
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=profile.delimiter, lineterminator=profile.ending)
    writer.writerow([header for header, _field in profile.columns])
    for line in lines:
        writer.writerow([_cell(profile, line, field, on) for _header, field in profile.columns])
    return written.getvalue().encode(profile.encoding)


def _cell(profile: Profile, line: PaymentLine, field: str, on: date) -> str:
    rib = rib_of(line.account_number)[0] if field.startswith("rib_") else ""
    cells = {
        "position": str(line.position),
        "order": line.order_reference,
        "name": name_for(profile, line.holder or line.payee),
        "provider": line.account_provider,
        "account": compact(line.account_number),
        "phone": phone_of(line.account_number, line.country),
        "amount": str(line.amount_minor),
        "currency": line.amount_currency,
        "purpose": purpose(line),
        "date": on.isoformat(),
        "rib_bank": rib[:5],
        "rib_branch": rib[5:10],
        "rib_account": rib[10:22],
        "rib_key": rib[22:],
        "blank": "",
    }
    return cells[field]


def purpose(line: PaymentLine) -> str:
    """The reason that the payee reads on his statement."""
    return f"Subvention {line.order_reference}"


def _pain(
    profile: Profile,
    batch: PaymentBatch,
    lines: Sequence[PaymentLine],
    debtor: str,
    account: str,
    at: datetime,
) -> bytes:
    """pain.001: one payment information block, one transaction a line; the end-to-end identification is the order's number."""
    newer = profile.format != "pain.001.001.03"
    bic, day = ("BICFI" if newer else "BIC"), at.date().isoformat()
    total = sum(line.amount_minor for line in lines)
    rib = rib_of(account)[0]
    own = f"<IBAN>{iban_of(rib)}</IBAN>" if rib else f"<Othr><Id>{escape(compact(account))[:34]}</Id></Othr>"
    name = escape(name_for(profile, debtor) or "INSTITUTION")
    out = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{profile.format}">',
        "<CstmrCdtTrfInitn>",
        f"<GrpHdr><MsgId>{batch.reference}</MsgId><CreDtTm>{at.strftime('%Y-%m-%dT%H:%M:%S')}</CreDtTm>"
        f"<NbOfTxs>{len(lines)}</NbOfTxs><CtrlSum>{total}</CtrlSum><InitgPty><Nm>{name}</Nm></InitgPty></GrpHdr>",
        f"<PmtInf><PmtInfId>{batch.reference}</PmtInfId><PmtMtd>TRF</PmtMtd><BtchBookg>true</BtchBookg>"
        f"<NbOfTxs>{len(lines)}</NbOfTxs><CtrlSum>{total}</CtrlSum>",
        f"<ReqdExctnDt><Dt>{day}</Dt></ReqdExctnDt>" if newer else f"<ReqdExctnDt>{day}</ReqdExctnDt>",
        f"<Dbtr><Nm>{name}</Nm></Dbtr><DbtrAcct><Id>{own}</Id><Ccy>{batch.amount_currency}</Ccy></DbtrAcct>"
        f"<DbtrAgt><FinInstnId><{bic}>{profile.bic}</{bic}></FinInstnId></DbtrAgt><ChrgBr>DEBT</ChrgBr>",
    ]
    for line in lines:
        theirs = rib_of(line.account_number)[0]
        out.append(
            f"<CdtTrfTxInf><PmtId><InstrId>{line.order_reference}</InstrId><EndToEndId>{line.order_reference}</EndToEndId></PmtId>"
            f'<Amt><InstdAmt Ccy="{line.amount_currency}">{line.amount_minor}</InstdAmt></Amt>'
            f"<CdtrAgt><FinInstnId><ClrSysMmbId><MmbId>{theirs[:10]}</MmbId></ClrSysMmbId></FinInstnId></CdtrAgt>"
            f"<Cdtr><Nm>{escape(name_for(profile, line.holder or line.payee))}</Nm></Cdtr>"
            f"<CdtrAcct><Id><IBAN>{iban_of(theirs)}</IBAN></Id></CdtrAcct>"
            f"<RmtInf><Ustrd>{escape(purpose(line))}</Ustrd></RmtInf></CdtTrfTxInf>"
        )
    out += ["</PmtInf>", "</CstmrCdtTrfInitn>", "</Document>", ""]
    return "\n".join(out).encode("utf-8")
