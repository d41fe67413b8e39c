"""Document 11: the reçu or décharge by the payee, and the quittance by the comptable; half an A4 each, with its stub."""

from __future__ import annotations

from typing import Any

from portfolio.agreements.pdf.parts import Facts, day, long_day, sheet
from portfolio.disbursements.pdf.order import object_line, payee_line
from portfolio.kit.grammar import at, of, the
from portfolio.kit.pdf import Half, Signatory, amount
from portfolio.kit.words import amount_in_words


def receipt_pdf(facts: dict[str, Any]) -> bytes:
    """« Je soussigné(e) … reconnais avoir reçu … »: the stub is kept, the other half given."""
    title = "Décharge" if facts["account_kind"] == "cash" else "Reçu"
    paper = sheet(
        title,
        facts,
        [("Ordre de paiement", facts["order"]), ("Convention", facts["agreement"])],
        facts["amount_minor"],
    )
    kept, given = paper.stub(given_label="EXEMPLAIRE REMIS AU PAYÉ")
    for half in (kept, given):
        _said(half, facts)
    _marks(kept, given, facts)
    return paper.render()


def _said(half: Half, facts: Facts) -> None:
    supplier = facts["payee_kind"] == "supplier"
    name = facts["received_by"] or "……………………………………"
    function = f", {facts['received_as']}" if facts["received_as"] else ""
    who = f"{name}{function} {of(facts['payee'])}" if not supplier else f"{name}, pour {the(facts['payee'])}"
    total = facts["amount_minor"]
    half.para(
        f"Je soussigné(e) {who}, reconnais avoir reçu de l'Autorité la somme de {amount_in_words(total)} ({amount(total)}), "
        f"au titre de : {object_line(facts)}."
    )
    identity = (
        f"{facts['identity_kind']} n° {facts['identity_number']}" if facts["identity_number"] else "……………………"
    )
    if facts["identity_number"]:
        identity += f" du {long_day(facts['identity_on'])}" if facts.get("identity_on") else " du ……………"
    pairs = [
        ("Règlement", payee_line(facts)),
        ("Référence", facts["payment_reference"] or "……………………"),
        ("Payé le" if facts["account_kind"] == "cash" else "Date de valeur", long_day(facts["on"])),
        ("Heure et lieu", _where(facts)),
        ("Pièce d'identité", identity),
        ("Reste dû sur la tranche", amount(facts["balance_minor"])),
    ]
    if facts["receipt_number"]:
        pairs.insert(0, ("Numéro du carnet de reçus", facts["receipt_number"]))
    half.facts(pairs, columns=2, label_mm=34)


def _where(facts: Facts) -> str:
    """« 10 h 42, à Kokorou », or the dots that the payee fills in by hand."""
    if not facts.get("handed_at"):
        return "…… h …… , à ………………………"
    hour, minute = facts["handed_at"].split(":")
    return f"{int(hour)} h {minute}, {at(facts['handed_place'])}"


def _marks(kept: Half, given: Half, facts: Facts) -> None:
    """The payee signs, or puts a thumbprint, on the stub; the comptable signs what is given."""
    payer = facts["payer"]
    paid = Signatory(
        payer["function"] or "Le comptable",
        payer["name"],
        act=payer["act"],
        on=day(payer["on"]),
        label="Payé par",
    )
    if facts["thumbprint"]:
        kept.para("Pour acquit :", bold=True, align="left")
        known = [(w["name"], w["paper"]) for w in facts.get("witnesses", ())]
        kept.thumbprint_block(facts["language"] or "", known)
    else:
        name = facts["received_by"] or facts["payee"]
        kept.signatures([Signatory("Le payé", name, label="Pour acquit"), paid])
    given.signatures([paid])


def quittance_pdf(facts: dict[str, Any]) -> bytes:
    """The quittance, from a single numbered series, for money that comes to the institution.

    Facts: letterhead, on, currency, amount_minor, debtor, capacity, title (« au titre de »), method, method_reference, reference_lines
    (pairs), balance_minor, collector {name, function, on}.
    """
    paper = sheet("Quittance", facts, [(a, b) for a, b in facts["reference_lines"]], facts["amount_minor"])
    kept, given = paper.stub(given_label="EXEMPLAIRE REMIS AU VERSANT")
    total, collector = facts["amount_minor"], facts["collector"]
    for half in (kept, given):
        half.para(
            f"Reçu {of(facts['debtor'])}{', ' + facts['capacity'] if facts['capacity'] else ''}, la somme de {amount_in_words(total)} "
            f"({amount(total)}), au titre de : {facts['title']}."
        )
        half.facts(
            [
                ("Mode de versement", facts["method"]),
                ("Référence", facts["method_reference"]),
                ("Reste dû après ce versement", amount(facts["balance_minor"])),
            ]
        )
        half.signatures(
            [
                Signatory(
                    collector["function"] or "Le comptable",
                    collector["name"],
                    act=collector.get("act", ""),
                    on=day(collector["on"]),
                    label="Pour acquit",
                )
            ]
        )
    return paper.render()
