"""What the convention and its amendments print: plain facts, so that the same record gives the same paper (F12)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from portfolio.accounts.models import Person
from portfolio.accounts.queries import act_of
from portfolio.agreements.models import Agreement, Amendment, Condition, Tranche
from portfolio.agreements.queries.amended import condition_words, tolerance
from portfolio.agreements.queries.blockers import snapshot, words
from portfolio.agreements.queries.clauses import codes, figures, said, template_of, written
from portfolio.agreements.queries.records import Parties, amendments, lines, officers, parties, people
from portfolio.agreements.reference.clauses import Template
from portfolio.agreements.reference.placeholders import ACCOUNTS, OFFICES
from portfolio.committees.models import Session
from portfolio.documents import queries as documents
from portfolio.documents.models import Document
from portfolio.documents.reference import ORIGINALS, figure, institution, letterhead
from portfolio.groups.models import GroupAccount
from portfolio.kit.text import last4
from portfolio.places.models import Place
from portfolio.strategy.models import Framework, Objective, Tag
from portfolio.work import Work


def place_words(work: Work, place: Place) -> str:
    """« Mali · Gao · Ansongo », from the country down."""
    codes = [code for code in place.path.split("/") if code]
    names = {
        p.code: p.name for p in work.db.scalars(select(Place).where(Place.code.in_(codes or [place.code])))
    }
    return " · ".join(names.get(code, code) for code in codes) or place.name


def objectives(work: Work, agreement: Agreement) -> list[dict[str, Any]]:
    """The objectives an agreement serves, with their weights, framework by framework."""
    statement = (
        select(Framework.code, Objective.code, Objective.title, Tag.weight)
        .select_from(Tag)
        .join(Objective, Objective.id == Tag.objective_id)
        .join(Framework, Framework.id == Tag.framework_id)
        .where(Tag.subject_type == "agreement", Tag.subject_id == agreement.id)
        .order_by(Framework.id, Tag.weight.desc(), Objective.id)
    )
    return [
        {"framework": framework, "code": code, "title": title, "weight": weight}
        for framework, code, title, weight in work.db.execute(statement)
    ]


def _minutes(work: Work, session_id: int | None) -> dict[str, str]:
    """The PV on which the decision rests: its number and the day the session closed."""
    session = work.db.get(Session, session_id) if session_id else None
    if session is None:
        return {}
    closed = session.closed_at or session.opened_at
    return {"reference": session.reference or "", "on": closed.date().isoformat() if closed else ""}


def _signer(person: Person | None) -> dict[str, str]:
    return {"name": person.full_name if person else "", "function": person.function if person else ""}


def _account(account: GroupAccount | None) -> dict[str, str]:
    if account is None:
        return {}
    return {
        "kind": account.kind,
        "provider": account.provider,
        "holder": account.holder,
        "number": last4(account.number),
    }


def _description(answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Annex 1: what the file said of the micro-project, so that nothing is typed again."""
    told, work_plan = answers.get("project") or {}, answers.get("activities") or {}
    steps = [str(row.get("label", "")).strip() for row in work_plan.get("rows") or ()]
    parts = (
        ("Résumé", told.get("summary")),
        ("Besoin", told.get("need")),
        ("Changement attendu", told.get("change")),
        ("Activités", " ; ".join(step for step in steps if step)),
        ("Résultats attendus", work_plan.get("results")),
    )
    return [(title, str(text).strip()) for title, text in parts if text and str(text).strip()]


def tranche_rows(work: Work, agreement: Agreement) -> list[dict[str, Any]]:
    """The schedule with its conditions in words."""
    snap = snapshot(work, agreement)
    return [
        {
            "number": t.number,
            "amount_minor": t.amount_minor,
            "modality": t.modality,
            "planned_on": t.planned_on.isoformat() if t.planned_on else None,
            "label": t.label,
            "conditions": [words(c, t.number) for c in snap.conditions.get(t.id, [])],
        }
        for t in snap.tranches
        if t.status != "cancelled"
    ]


def agreement_facts(work: Work, agreement: Agreement) -> dict[str, Any]:
    """Everything the convention prints."""
    found = parties(work, agreement)
    persons = people(work, [agreement.signed_by_id])
    on = agreement.signed_at.date() if agreement.signed_at else work.today
    head = institution(on)
    scan = work.db.get(Document, agreement.signed_scan_id) if agreement.signed_scan_id else None
    facts = {
        **amendment_base(work, agreement, found),
        "ampliations": documents.ampliations(work, "agreement"),
        "head": head["head"],
        "complaints": head["complaints"],
        "corruption": head["corruption"],
        "data_contact": head["data_contact"],
        "call_title": found.call.title,
        "months": found.application.months,
        "retention_years": figure("retention_years", on),
        "virement_percent": tolerance(work, agreement),
        "refused_expenses": [str(e) for e in found.call.refused_expenses],
        "own_cash_minor": agreement.own_cash_minor,
        "own_kind_minor": agreement.own_kind_minor,
        "place": place_words(work, found.place),
        "group": {
            "name": found.group.name,
            "legal_form": found.group.legal_form,
            "registration": " ".join(
                part for part in (found.group.registration_kind, found.group.registration) if part
            ),
            "village": found.group.village,
            "women": found.group.women,
            "men": found.group.men,
        },
        "officers": [
            {
                "office": o.office,
                "sex": o.sex or "",
                "act": o.act,
                "name": o.full_name,
                "id_kind": o.id_kind,
                "id_number": o.id_number,
                "signs": o.can_sign,
            }
            for o in officers(work, agreement.group_id)
        ],
        "account": _account(found.account),
        "lines": [
            {
                "label": line.label,
                "unit": line.unit,
                "quantity": line.quantity,
                "unit_minor": line.unit_minor,
                "amount_minor": line.amount_minor,
                "source": line.source,
            }
            for line in lines(work, agreement)
        ],
        "tranches": tranche_rows(work, agreement),
        "objectives": objectives(work, agreement),
        "description": _description(found.application.answers or {}),
        "award_conditions": found.award.conditions,
        "texts": [text.strip() for text in found.decision.preamble.split("\n") if text.strip()],
        "minutes": _minutes(work, found.decision.session_id),
        "status": agreement.status,
        "group_signature": {
            "on": agreement.signed_by_group_on.isoformat() if agreement.signed_by_group_on else None,
            "name": agreement.signatory_name,
            "function": agreement.signatory_function,
            "thumbprint": agreement.signed_with_thumbprint,
            "language": agreement.reading_language,
            "translator": agreement.translator,
            "witnesses": list(agreement.witnesses or []),
            "scan": scan.sha256 if scan else "",
        },
        "authority_signature": {
            **_signer(persons.get(agreement.signed_by_id or 0)),
            "on": agreement.signed_at.date().isoformat() if agreement.signed_at else None,
            "capacity": agreement.signed_capacity
            or act_of(work, agreement.signed_by_id, on, "agreement:countersign"),
        },
        "on": on.isoformat(),
    }
    template = template_of(work, "convention", agreement)
    facts["template"] = said(template)
    facts["articles"] = convention_articles(work, agreement, template, facts, found)
    return facts


def convention_articles(
    work: Work, agreement: Agreement, template: Template, facts: Mapping[str, Any], found: Parties | None = None
) -> list[dict[str, Any]]:
    """What a version of the convention says of an agreement, whose facts are these."""
    found, on = found or parties(work, agreement), date.fromisoformat(facts["on"])
    modalities = {t["modality"] for t in facts["tranches"]}
    values = _values(work, agreement, found, facts, on)
    return written(template, values, codes(found, agreement, modalité=modalities))


def _values(
    work: Work, agreement: Agreement, found: Parties, facts: Mapping[str, Any], on: date
) -> dict[str, Any]:
    """What the placeholders of the convention stand for."""
    account = facts["account"] if all(facts["account"].values()) else {}
    signing = [o for o in facts["officers"] if o["signs"]][:2]
    refused = (x[:1].lower() + x[1:].rstrip(" .;") for x in facts["refused_expenses"])
    return {
        "beneficiaire": facts["group_name"],
        "micro_projet": facts["title"],
        "lieu": facts["place"],
        "appel": facts["call"],
        "dossier": facts["application"],
        "debut": agreement.starts_on,
        "fin": agreement.ends_on,
        "montant": agreement.amount_minor,
        "montant_lettres": agreement.amount_minor,
        "cout_total": agreement.amount_minor + agreement.own_cash_minor + agreement.own_kind_minor,
        "apport_numeraire": agreement.own_cash_minor,
        "apport_nature": agreement.own_kind_minor,
        "imputation": facts["line"],
        "fonds": facts["fund"],
        "bailleur": facts["donor"],
        "exercice": str(facts["exercice"]),
        "engagement": found.commitment.reference,
        "compte_nature": ACCOUNTS[account["kind"]] if account else "",
        "compte_etablissement": account.get("provider", ""),
        "compte_titulaire": account.get("holder", ""),
        "compte_numero": account.get("number", "").lstrip("…"),
        "signataires_compte": " et ".join(f"{o['name']}, {OFFICES[(o['office'], o['sex'])]}" for o in signing)
        if len(signing) == 2
        else "",
        "depenses_refusees": " ; ".join(refused),
        "plaintes": facts["complaints"],
        "corruption": facts["corruption"],
        "contact_donnees": facts["data_contact"],
        **figures(work, agreement, on),
    }


def amendment_base(work: Work, agreement: Agreement, found: Parties | None = None) -> dict[str, Any]:
    """What the convention and its amendments have in common."""
    found = found or parties(work, agreement)
    on = agreement.signed_at.date() if agreement.signed_at else work.today
    commitment = found.commitment
    return {
        "letterhead": letterhead(on),
        "agreement": agreement.reference,
        "title": agreement.title,
        "call": found.call.code,
        "application": found.application.reference,
        "fund": f"{found.fund.code} — {found.fund.name}",
        "donor": found.donor.name,
        "line": f"{found.line.code} — {found.line.label}",
        "exercice": found.line.exercice,
        "decision": {
            "reference": found.decision.reference,
            "on": found.decision.signed_at.date().isoformat() if found.decision.signed_at else None,
        },
        "commitment": {
            "reference": commitment.reference,
            "on": (commitment.visaed_at or commitment.prepared_at).date().isoformat(),
            "visaed": commitment.visaed_at is not None,
        },
        "amount_minor": agreement.amount_minor,
        "currency": agreement.amount_currency,
        "starts_on": agreement.starts_on.isoformat(),
        "ends_on": agreement.ends_on.isoformat(),
        "group_name": found.group.name,
        "signed_on": agreement.signed_at.date().isoformat() if agreement.signed_at else None,
    }


def amendment_facts(
    work: Work, agreement: Agreement, amendment: Amendment, base: dict[str, Any] | None = None
) -> dict[str, Any]:
    """What the avenant prints: old and new, both whole."""
    persons = people(work, [amendment.signed_by_id, amendment.approved_by_id])
    account_ids = {
        i for side in ("before", "after") if (i := amendment.changes[side].get("account_id")) is not None
    }
    accounts = {
        a.id: _account(a)
        for a in work.db.scalars(select(GroupAccount).where(GroupAccount.id.in_(account_ids)))
    }
    on = amendment.signed_at.date() if amendment.signed_at else work.today
    template = template_of(work, "avenant", amendment)
    found = parties(work, agreement)
    scan = work.db.get(Document, amendment.signed_scan_id) if amendment.signed_scan_id else None
    return {
        **(base or amendment_base(work, agreement, found)),
        "ampliations": documents.ampliations(work, "amendment"),
        "template": said(template),
        "articles": written(
            template,
            {
                "beneficiaire": found.group.name,
                "convention": agreement.reference,
                "montant": agreement.amount_minor,
                "montant_lettres": agreement.amount_minor,
                "motif": amendment.reason,
                "acte": amendment.act,
                "article_vise": str(amendment.changes["before"].get("article") or ""),
                "originaux": (ORIGINALS["amendment"], "originals"),
            },
            codes(found, agreement, type=[amendment.kind]),
        ),
        "amendment": amendment.reference,
        "number": amendment.number,
        "kind": amendment.kind,
        "act": amendment.act,
        "reason": amendment.reason,
        "changes": {side: _worded(found) for side, found in amendment.changes.items()},
        "accounts": {str(number): facts for number, facts in accounts.items()},
        "earlier": [a.number for a in amendments(work, agreement) if a.number < amendment.number],
        "status": amendment.status,
        "group_signature": {
            "on": amendment.signed_by_group_on.isoformat() if amendment.signed_by_group_on else None,
            "name": amendment.signatory_name,
            "function": amendment.signatory_function,
            "thumbprint": amendment.signed_with_thumbprint,
            "language": amendment.reading_language,
            "translator": amendment.translator,
            "witnesses": list(amendment.witnesses or []),
            "scan": scan.sha256 if scan else "",
        },
        "authority_signature": {
            **_signer(persons.get(amendment.signed_by_id or 0)),
            "on": on.isoformat() if amendment.signed_at else None,
            "capacity": amendment.signed_capacity
            or act_of(work, amendment.signed_by_id, on, "agreement:countersign"),
        },
        "on": on.isoformat(),
    }


def _worded(side: dict[str, Any]) -> dict[str, Any]:
    """One side of a working copy, its conditions in words."""
    if "tranches" not in side:
        return side
    rows = [
        {**t, "conditions": [condition_words(c, t["number"]) for c in t.get("conditions", ())]}
        for t in side["tranches"]
    ]
    return {**side, "tranches": rows}


def waiver_facts(work: Work, condition: Condition, tranche: Tranche, capacity: str) -> dict[str, Any]:
    """What the dérogation prints, once it is granted. The day it was asked is that of its document."""
    agreement = work.db.get_one(Agreement, tranche.agreement_id)
    persons = people(work, [condition.waiver_proposed_by_id, condition.waived_by_id])
    scan = work.db.get(Document, condition.waiver_document_id) if condition.waiver_document_id else None
    on = (condition.waived_at or work.now).date()
    return {
        **amendment_base(work, agreement),
        "ampliations": documents.ampliations(work, "waiver"),
        "letterhead": letterhead(on),
        "on": on.isoformat(),
        "tranche": {
            "number": tranche.number,
            "amount_minor": tranche.amount_minor,
            "modality": tranche.modality,
        },
        "condition": words(condition, tranche.number),
        "source": condition.source,
        "act": condition.waiver_act,
        "reason": condition.waiver_reason,
        "scan": scan.sha256 if scan else "",
        "asked": {
            **_signer(persons.get(condition.waiver_proposed_by_id or 0)),
            "act": act_of(work, condition.waiver_proposed_by_id, on, "condition:meet"),
            "on": scan.uploaded_at.date().isoformat() if scan else None,
        },
        "granted": {
            **_signer(persons.get(condition.waived_by_id or 0)),
            "on": on.isoformat(),
            "act": capacity or act_of(work, condition.waived_by_id, on, "condition:waive"),
        },
    }
