"""Words and figures of agreements that are data: conditions, modalities, usual schedules, the day an account cools."""

from __future__ import annotations

from dataclasses import dataclass

from portfolio.kit.i18n import N_

JUSTIFIED = ("justified_previous", "justified_earlier")
"""Kinds computed from the ledger's balances: so many per cent accepted, or nothing is paid."""

REDUCING = ("less_shortfall",)
"""Kinds that do not block: the tranche is paid less what is missing. Source: the European Union's general conditions of grants, article 15."""

COMPUTED = (*JUSTIFIED, *REDUCING, "retention")
"""Every kind whose figures are the ledger's; nobody can tick it."""

PERCENT = (*JUSTIFIED, *REDUCING, "retention")
"""Kinds that need a percent: to be justified, or, for a retention, the share of the grant that is held back."""

OPINION_WORDS: dict[str, str] = {
    "favourable": N_("Favourable"),
    "reserved": N_("Favourable, with reservations"),
    "unfavourable": N_("Unfavourable"),
}

RECORD_WORDS: dict[str, str] = {
    "own_contribution": N_("Record a deposit"),
    "report": N_("Present a report"),
    "training": N_("Record the training"),
    "opinion": N_("Record the opinion"),
    "document": N_("File the paper"),
    "works_contract": N_("Record the contract"),
    "no_reserve": N_("Record the lifting of reservations"),
}
"""What an officer does to show a condition; goods, hand-overs, visits and the checklist are told by the rooms that hold them."""

CONDITION_WORDS: dict[str, str] = {
    "agreement_signed": N_("Agreement signed by both parties"),
    "own_contribution": N_("Own contribution in cash ascertained"),
    "justified_previous": N_("Previous tranche justified and accepted"),
    "justified_earlier": N_("Earlier tranches justified and accepted"),
    "visit": N_("Field visit validated"),
    "report": N_("Report accepted"),
    "handover": N_("Hand-over record signed"),
    "goods_received": N_("Reception record signed"),
    "training": N_("Training attended"),
    "account_opened": N_("Account opened in the group's name"),
    "opinion": N_("Favourable opinion of the competent service"),
    "do_no_harm": N_("Do-no-harm checklist done again"),
    "document": N_("Paper handed in"),
    "works_contract": N_("Works contract signed"),
    "no_reserve": N_("Reservations lifted"),
    "less_shortfall": N_("Paid less what is not justified"),
    "retention": N_("Retention, released when every earlier advance is justified or paid back"),
}

CONDITION_SOURCES: dict[str, str] = {
    "agreement_signed": N_("Agreement, article 3"),
    "own_contribution": N_("Agreement, article 4; rules of the call"),
    "justified_previous": N_("Agreement, article 6"),
    "justified_earlier": N_("Agreement, article 6"),
    "less_shortfall": N_("Agreement, article 6; general conditions of the donor"),
    "retention": N_("Agreement, article 6"),
    "visit": N_("Agreement, articles 6 and 13"),
    "report": N_("Agreement, article 10"),
    "handover": N_("Agreement, article 17"),
    "goods_received": N_("Agreement, article 9"),
    "works_contract": N_("Agreement, article 9"),
    "no_reserve": N_("Agreement, article 9"),
    "training": N_("Decision of award"),
    "account_opened": N_("Agreement, article 7"),
    "opinion": N_("Rules of the call"),
    "do_no_harm": N_("Agreement, article 15"),
    "document": N_("Decision of award"),
}
"""Where each rule comes from, unless the condition names its own source."""

CONDITION_FACTS: dict[str, str] = {
    **dict.fromkeys(COMPUTED, N_("computed from the ledger")),
    "agreement_signed": N_("read on the agreement"),
    "visit": N_("told by the visit validated"),
    "do_no_harm": N_("told by the checklist done again"),
    "goods_received": N_("told by the reception of goods"),
    "handover": N_("told by the hand-over"),
    "account_opened": N_("read on the verified account"),
    "own_contribution": N_("added up from the deposit slips"),
    "report": N_("told by the report accepted"),
    "training": N_("told by the attendance sheet"),
    "opinion": N_("told by the last opinion received"),
}
"""Where the fact is read; every other kind is recorded with its paper."""

WAYS_OUT: dict[str, str] = {
    "agreement_signed": N_("Have both parties sign the agreement."),
    "own_contribution": N_("Record the deposit slips of the own contribution on the agreement."),
    "visit": N_("Plan a visit, or a remote check with its reason, and have its report validated."),
    "report": N_("Present the report; another person accepts it."),
    "handover": N_("Record the hand-over in the purchase file."),
    "goods_received": N_("Record the reception in the purchase file."),
    "training": N_("Record the attendance sheet of the training."),
    "account_opened": N_("Have the account of the group verified by a second person."),
    "opinion": N_("Record the opinion received, with its number and date."),
    "do_no_harm": N_("Fill in the checklist again on the page of the micro-project."),
    "document": N_("Record the paper once it is handed in."),
    "works_contract": N_("Record the signed contract."),
    "no_reserve": N_("Record the lifting of the reservations."),
    "retention": N_("Have every earlier advance justified whole, or paid back."),
    "less_shortfall": N_("Have more expenses of the earlier tranches accepted: what is missing is not paid."),
}

EVIDENCE_PERMISSION: dict[str, str] = {"visit": "visit:validate", "do_no_harm": "project:manage"}
"""Who can unblock a condition, when it is not whoever records conditions."""

TO_SUPPLIER = ("direct", "kind")
"""Modalities in which the money goes to a supplier, against what was received, and never to the group."""
SERVICE_DONE = (*TO_SUPPLIER, "reimbursement")
"""Modalities whose liquidation certifies a service done; an advance notes that its conditions are met (the spending chain, R1)."""
MODALITY_WORDS: dict[str, str] = {
    "advance": N_("Advance to be justified"),
    "direct": N_("Direct payment to the supplier"),
    "reimbursement": N_("Reimbursement"),
    "kind": N_("In kind"),
}

AMENDMENT_WORDS: dict[str, str] = {
    "virement_within": N_("Transfer between lines within the tolerance"),
    "virement": N_("Transfer between lines beyond the tolerance"),
    "extension": N_("Extension"),
    "results": N_("Expected results"),
    "schedule": N_("Schedule of the unpaid tranches"),
    "signatory": N_("New signatory or account"),
    "suspension": N_("Suspension"),
    "termination": N_("Termination"),
    "other": N_("Other change"),
}
AMENDMENT_NOTES: dict[str, str] = {
    "virement_within": N_(
        "Francs move between lines of the grant, within the tolerance: nobody signs, a second person accepts."
    ),
    "virement": N_(
        "Francs move between lines beyond the tolerance: it rests on an opinion, and both parties sign."
    ),
    "extension": N_("The agreement ends later. Both parties sign before the present end."),
    "results": N_("The results expected are written again, whole. Both parties sign."),
    "schedule": N_(
        "Amounts, ways of paying and dates of the tranches not requested yet; the grant stays the same."
    ),
    "signatory": N_("Another person signs for the group, or the group is paid on another verified account."),
    "suspension": N_("From the signature on nothing is paid and the delays do not run, until it is lifted."),
    "termination": N_("Unpaid tranches are cancelled; what was advanced is justified or paid back."),
    "other": N_("An article is written again. It touches neither money, nor dates, nor signatories."),
}
"""What each type changes and who agrees to it, said before it is chosen."""

SOURCE_WORDS: dict[str, str] = {
    "S": N_("Grant"),
    "N": N_("Own contribution in cash"),
    "V": N_("Own contribution in kind, valued"),
}


@dataclass(frozen=True)
class Usual:
    """A usual schedule: shares in percent, modality, and the conditions of each tranche as (kind, threshold)."""

    code: str
    label: str
    tranches: tuple[tuple[int, str, tuple[tuple[str, int | None], ...]], ...]


_START: tuple[tuple[str, int | None], ...] = (("agreement_signed", None), ("own_contribution", None))

USUAL: tuple[Usual, ...] = (
    Usual(
        "three",
        N_("Three advances: 40, 40 and 20 per cent"),
        (
            (40, "advance", _START),
            (40, "advance", (("justified_previous", 75), ("visit", None))),
            (20, "advance", (("justified_earlier", 100), ("justified_previous", 75))),
        ),
    ),
    Usual(
        "two",
        N_("Two advances: 60 and 40 per cent"),
        ((60, "advance", _START), (40, "advance", (("justified_previous", 80), ("visit", None)))),
    ),
    Usual(
        "works",
        N_("Works: 20, 40, 30 and 10 per cent"),
        (
            (20, "advance", (*_START, ("opinion", None))),
            (40, "direct", (("works_contract", None),)),
            (30, "direct", (("goods_received", None),)),
            (10, "direct", (("no_reserve", None),)),
        ),
    ),
    Usual(
        "equipment",
        N_("Equipment bought and handed over: 90 and 10 per cent"),
        (
            (90, "direct", (("agreement_signed", None), ("goods_received", None), ("handover", None))),
            (10, "advance", (("own_contribution", None),)),
        ),
    ),
)

TERMINATION_WORDS: dict[str, str] = {
    "fault": N_("Fault of the group: after a formal notice whose delay is over"),
    "agreed": N_("By agreement of both sides"),
    "impossible": N_("The project has become impossible, without fault"),
}
NOTICE_GROUNDS: dict[str, str] = {
    "unjustified": N_("An advance is not justified"),
    "breach": N_("Another obligation is not kept"),
}
NOTICE_MEANS: dict[str, str] = {
    "hand": N_("Handed over against a signature"),
    "post": N_("Registered post"),
    "bailiff": N_("Bailiff"),
    "authority": N_("Through the mayor or the chief"),
}
NOTICE_OUTCOMES: dict[str, str] = {
    "received": N_("Letter received"),
    "refused": N_("Letter refused"),
    "unclaimed": N_("Letter not claimed"),
}
