"""Every document of documents.md against its row: the mentions that must be there, read back from the papers of the demo portfolio.

A row names what an auditor looks for; a mention that disappears from a paper, a letter that no face can draw, or a kind of paper that is
issued without having a row here makes this fail.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pypdf
import pytest
from sqlalchemy import select

from portfolio.accounts.models import Person
from portfolio.accounts.queries import actor_for
from portfolio.agreements.models import Agreement
from portfolio.applications.models import Application
from portfolio.awards import pdf as award_papers
from portfolio.awards import queries as awards
from portfolio.awards.models import Decision, Notice
from portfolio.calls.models import Call
from portfolio.committees.models import Session
from portfolio.committees.pdf import declaration_pdf
from portfolio.committees.queries import minutes as committees
from portfolio.desk.forms import SampleForm
from portfolio.desk.queries import ledger as ledger_pages
from portfolio.desk.queries import statements as statement_facts
from portfolio.desk.service import ledger as books
from portfolio.desk.service import samples, statements
from portfolio.disbursements import pdf as payment_papers
from portfolio.disbursements import queries as disbursements
from portfolio.disbursements.models import Disbursement
from portfolio.documents import queries as documents
from portfolio.documents.models import Paper
from portfolio.kit.i18n import speaking
from portfolio.origin import Surroundings
from portfolio.payments.pdf import count_pdf, reconciliation_pdf, slip_pdf
from portfolio.projects import pdf as project_papers
from portfolio.projects import queries as projects
from portfolio.projects.models import Project
from portfolio.scoring.models import ScoreSheet
from portfolio.scoring.pdf import sheet_pdf, summary_pdf
from portfolio.scoring.queries import papers as scoring
from portfolio.work import Work

FRAME = ("AUTORITÉ RÉGIONALE DES TROIS FRONTIÈRES", "Empreinte de contrôle", "Page 1/")
ROWS: dict[str, tuple[str, ...]] = {
    # 1
    "call_notice": (
        "AVIS D'APPEL À PROPOSITIONS", "Origine de l'argent, enveloppe et parts réservées", "Objectifs servis", "Carte administrative utilisée",
        "Peuvent déposer", "Ne peuvent pas déposer", "plancher", "plafond", "apport du demandeur", "La durée du micro-projet",
        "Dépenses refusées", "Pièces à joindre", "Poids", "Note pondérée minimale", "Le dossier de candidature est gratuit",
        "Horaires d'ouverture", "Date et heure limites de dépôt", "Questions", "Les réponses sont publiées", "Calendrier", "Recours",
        "Plaintes", "Signaler un fait de corruption", "Données personnelles", "se réserve le droit de ne pas donner suite",
    ),
    "call_poster": ("Qui peut déposer", "À déposer avant le", "gratuit", "Signaler un fait de corruption"),
    "call_radio": ("COMMUNIQUÉ RADIO", "gratuit", "Attestation de diffusion"),
    # 2, and the register of 3.4
    "filing_receipt": (
        "RÉCÉPISSÉ DE DÉPÔT", "N° d'ordre", "Reçu le", "TU", "Demandeur", "Commune", "Déposant", "Téléphone", "Montant demandé",
        "sous réserve de vérification", "☑", "Enveloppes", "Canal", "ne vaut pas recevabilité", "Code de suivi", "Suite :", "SOUCHE",
    ),
    "filing_register": ("REGISTRE DES DÉPÔTS", "Arrêté le présent registre", "TU", "L'agent", "Le témoin"),
    # 3
    "piece_request": (
        "Objet : Demande de pièces complémentaires", "Pièce", "État", "Motif", "Ce qui est attendu", "Date limite", "heure de fermeture du guichet",
        "Lieu de remise", "Passé ce délai, le dossier sera déclaré irrecevable", "Rien d'autre ne peut être modifié", "ACCUSÉ DE RÉCEPTION",
    ),
    # 4
    "score_sheet": (
        "FICHE DE NOTATION", "Absence de lien déclarée le", "Poids", "Niveau", "Note pondérée", "Justification", "Sans objet",
        "sur 100", "Points forts", "Points faibles", "Lignes discutées", "Montant suggéré", "Conditions", "Fiche verrouillée le", "Paraphe",
    ),
    "score_summary": ("FICHE DE SYNTHÈSE", "Moyenne", "Écart", "Note arrêtée par le comité"),
    # 5, 6
    "convocation": (
        "convocation", "En vertu de la décision n°", "qui vous y nomme", "séance n°", "Quorum applicable", "Date et heure", "Lieu", "Ordre du jour",
        "Dossiers soumis", "déclarer tout lien", "suppléant", "ACCUSÉ DE RÉCEPTION", "LISTE DE DIFFUSION", "par ordre",
    ),
    "attendance_sheet": (
        "FEUILLE DE PRÉSENCE", "Qualité", "Voix", "Arrivée", "Départ", "Membres en exercice", "présents à voix délibérative", "quorum requis",
        "atteint", "Certifié exact",
    ),
    # 7 and its carence
    "minutes": (
        "L'an deux mille vingt-", "s'est tenue", "créé", "sous la présidence", "à l'effet d", "Membres en exercice", "quorum requis", "Rappel", "Intérêts déclarés",
        "Propositions", "Limite de l'enveloppe|la séance", "L'ordre du jour étant épuisé", "pour servir et valoir ce que de droit", "Paraphe",
        "Le comité propose", "pour / contre / abst.", "Motif, conditions", "Annexe 1",
    ),
    "no_quorum_minutes": ("PROCÈS-VERBAL DE CARENCE", "quorum n'est pas atteint", "Une seconde convocation"),
    # 8
    "notice": (
        "NOT-20", "Objet :", "Par la décision n°|par la décision n°|irrecevable|inéligible", "Recours :|ACCEPTATION", "ACCUSÉ DE RÉCEPTION",
        "à compter de la réception|La présente ne vaut pas autorisation de dépense", "Seydou Barro",
    ),
    # the décision of 3.4
    "decision": (
        "DÉCISION PORTANT ATTRIBUTION", "Vu ", "DÉCIDE", "Article premier", "Demandeur", "Commune", "Objet", "Imputation", "francs CFA",
        "Exécution", "Ampliations", "engagement n°",
    ),
    "posted_list": ("LISTE À AFFICHER", "récépissé", "CERTIFICAT D'AFFICHAGE", "du ", "au "),
    "impartiality_declaration": ("IMPARTIALITÉ ET DE CONFIDENTIALITÉ", "liens", "même village", "Déclaré le", "Je m'engage"),
    "reservation_state": (
        "ÉTAT DE RÉSERVATION DES CRÉDITS", "Annexe du PV", "ne vaut ni engagement ni attribution", "Demandeur", "Imputation", "Montant réservé",
        "Disponible après", "Arrêté le présent état à la somme de", "Établi par", "Ampliations",
    ),
    "commitment_sheet": (
        "FICHE D'ENGAGEMENT", "Crédits votés", "Déjà engagé", "Présent engagement", "Disponible", "Objet", "Bénéficiaire", "Visa :", "francs CFA",
    ),
    # 9
    "agreement": (
        "CONVENTION DE SUBVENTION", "représenté", "CNIB|NINA|Carte|Attestation|CIN", "Vu l'engagement comptable", "Vu la décision", "Article premier — Objet",
        *(f"Article {n} —" for n in range(2, 23)), "deux signatures", "Annexe 1", "Annexe 2", "Annexe 3", "Annexe 4", "Annexe 5", "lu et approuvé",
        "Paraphe", "francs CFA", "ans après la clôture",
    ),
    # 10 and what comes before and after
    "order": (
        "ORDRE DE PAIEMENT", "Exercice", "Imputation", "Fonds", "Engagement", "Convention", "Bénéficiaire du paiement", "Qualité", "Règlement",
        "Objet", "Engagé", "Déjà ordonnancé", "Présent ordre", "Reste à ordonnancer", "Net à payer", "Pièces jointes", "Vu et liquidé",
        "Visa", "Vu, bon à payer", "Arrêté le présent ordre de paiement à la somme de :", "francs CFA", "Page 1/1",
    ),
    "disbursement_request": ("DEMANDE DE DÉCAISSEMENT", "Conditions invoquées", "Ce qui manque", "Règlement", "Somme demandée"),
    "liquidation": ("FICHE DE LIQUIDATION|ATTESTATION DE SERVICE FAIT", "Source", "Valeur ou pièce", "Remplie", "Constatée par", "Vu et liquidé", "francs CFA"),
    "payment_batch": (
        "BORDEREAU D'ÉMISSION", "LOT-20", "Mode", "Par le débit du compte", "Ordre", "Convention", "Bénéficiaire du paiement", "Établissement",
        "Compte ou portefeuille", "Montant", "Total", "Arrêté le présent bordereau à", "francs CFA", "SHA-256", "Préparé par", "Approuvé", "Autorisé",
        "Mis en paiement",
    ),
    "cash_count": (
        "PROCÈS-VERBAL DE COMPTAGE DE CAISSE", "Caisse", "TU", "Billet ou pièce", "Nombre", "Montant", "Total", "Solde dans les livres", "Écart",
        "Plafond de la caisse", "Motif de l'écart", "Arrêté le présent comptage à la somme de", "francs CFA", "Compté par", "Confirmé par", "Page 1/1",
    ),
    # the accountant's refusal, the réquisition that answers it, the waiver of a condition (R3, J2)
    "payment_rejection": (
        "NOTE DE REJET", "Ordre de paiement", "Bénéficiaire du paiement", "Montant", "Cause", "Motif", "Règle", "requérir le comptable",
        "Rejeté pour la somme de", "francs CFA", "Rejeté par", "agissant en vertu de", "Page 1/1",
    ),
    "payment_requisition": (
        "ORDRE DE RÉQUISITION DE PAIEMENT", "Note de rejet", "Motif de la réquisition", "sous la responsabilité de l'ordonnateur",
        "francs CFA", "ni preuve du service fait", "agissant en vertu de", "Pris acte le", "Page 1/1",
    ),
    "waiver": (
        "DÉROGATION", "Condition levée", "Acte ou avis à l'appui", "empreinte", "Motif", "Portée", "Proposée par", "Accordée par",
    ),
    # 11
    "payment_receipt": (
        "REÇU|QUITTANCE|DÉCHARGE", "reconnais avoir reçu|Reçu d", "la somme de", "francs CFA", "F CFA", "Reste", "SOUCHE", "Page 1/1",
    ),
    # 12 to 15
    "opening_minutes": (
        "OUVERTURE DES PLIS", "créée par la décision", "Acheteur", "Candidats sollicités", "Dépôt jusqu'au", "Soumissionnaire", "NIF / IFU",
        "Reçu le", "Scellé", "Pièces trouvées", "Prix lu", "HT / TTC", "Garantie", "Observations des soumissionnaires",
        "Aucune offre n'a été écartée en séance", "Signature",
    ),
    "award_minutes": (
        "ANALYSE ET D'ATTRIBUTION PROVISOIRE", "Examen préliminaire", "vérification arithmétique", "Prix lu", "Prix corrigé", "anormalement basses",
        "Classement", "Votes", "Quorum", "Délai de recours|INFRUCTUEUSE", "Comparaison des offres", "Écart à l'estimation", "aucun lien",
    ),
    "group_choice": ("DÉCISION DU COMITÉ D'ACHAT", "pro forma", "Motif du choix", "Témoins", "francs CFA"),
    "purchase_order": (
        "BON DE COMMANDE", "RCCM", "NIF / IFU", "Compte", "Décision", "Engagement", "Désignation", "Caractéristiques", "Unité", "Quantité", "P.U.",
        "TVA", "Livraison", "Garantie", "Pénalité", "Paiement", "Bon pour acceptation", "francs CFA", "Page 1/1",
    ),
    "goods_receipt": (
        "PROCÈS-VERBAL DE RÉCEPTION", "Bon de commande", "Bordereau de livraison", "Commandé", "Livré", "Accepté", "Refusé", "N° de série",
        "Essais", "réserve|Réserves", "Dont procès-verbal", "Le fournisseur",
    ),
    "handover": ("PROCÈS-VERBAL DE REMISE", "N° de série", "État", "Détenteur, utilisateur", "neuf", "Valeur", "Ampliations", "Usage et règles", "Ont reçu"),
    # 16
    "financial_report": (
        "RAPPORT FINANCIER ET BORDEREAU", "Période", "Prévu", "Révisé", "Avant", "De la période", "Cumul", "Solde", "Taux", "Dépassements", "Apport constaté",
        "Solde d'ouverture", "Solde de la banque", "certifions sincères et véritables", "NIF / IFU", "Accepté", "En suspens", "Rejeté", "Motif",
        "Taux de justification", "Réservé au vérificateur", "La présidente|Le président", "La trésorière|Le trésorier", "pièce",
    ),
    # 17
    "recovery_order": (
        "ORDRE DE REVERSEMENT|ORDRE DE RECETTE", "Débiteur", "Signataires", "Article 1", "Mise en demeure", "Compte à créditer", "À payer au plus tard",
        "Décompte", "Dépenses acceptées", "À reverser", "francs CFA", "Pris en charge le", "contesté",
    ),
    # 18 and its balance
    "ledger_book": (
        "GRAND LIVRE DES DÉCAISSEMENTS", "Édition n°", "Solde initial", "Tiers", "Convention", "Objectif", "Libellé", "Débit", "Crédit",
        "Solde progressif", "Total de la page", "À reporter", "Report", "Arrêté le présent grand livre", "Première empreinte", "Dernière empreinte", "Vu par l'auditeur",
        "Paiement",
    ),
    "trial_balance": ("BALANCE GÉNÉRALE", "Mouvements au débit", "Arrêtée la présente balance"),
    # 19
    "project_sheet": (
        "FICHE DE PROJET", "Bénéficiaire", "Bailleur", "Apport", "Dates", "Objectifs", "Contexte", "Résultats attendus",
        "Résultats atteints à ce jour", "Prochaines étapes", "Défis et opportunités", "Femmes", "Hommes", "Justifié",
    ),
    "narrative_report": ("RAPPORT D'EXÉCUTION", "Période", "prévu et réalisé", "Personnes touchées", "Indicateur", "Cible", "Atteint", "Écart", "Difficultés", "Prochaines étapes", "ACCEPTÉ|RETOURNÉ|Accepté / retourné"),
    "visit": ("FICHE DE VISITE|CONSTAT À DISTANCE", "Équipe", "Ce qui était prévu|Motif", "Ce qui a été trouvé|Constats", "Personnes rencontrées|VIS-", "Points d'action", "Établi par"),
    "amendment": ("AVENANT N°", "Article premier — Objet", "Motif", "avant|Ancien", "après|Nouveau", "lu et approuvé", "Paraphe"),
    # 20
    "closure": (
        "ATTESTATION DE CLÔTURE", "Engagé", "Payé", "Justifié", "Reversé", "Dégagé", "Rapports acceptés", "quipements", "Points ouverts",
        "sous réserve des contrôles ultérieurs", "Pièces à conserver", "Visite de suivi", "Compte apuré",
    ),
    # the statements and the letter of 3.4
    "audit_provisional": ("RAPPORT D'AUDIT PROVISOIRE", "Période auditée", "Auditeurs", "Procédure contradictoire", "En cause", "Accepté", "Reversé",
                          "Abandonné", "En attente", "Catégorie", "Recommandation", "Responsable", "Échéance", "Arrêté le présent rapport"),
    "audit_final": ("RAPPORT D'AUDIT DÉFINITIF", "Période auditée", "Auditeurs", "En cause", "En attente", "Réponse de l'audité",
                    "Position des auditeurs", "Recommandation", "Responsable", "Échéance", "Arrêté le présent rapport", "Pour les audités"),
    "audit_sample": (
        "ÉCHANTILLON D'AUDIT", "Population", "unités monétaires", "Graine", "Couverture", "Empreinte de la population", "Fois", "Vu", "Pièce n°",
        "Observation", "Arrêté le présent échantillon", "L'auditeur",
    ),
    "statement_payables": ("RESTES À PAYER", "Engagé", "Liquidé", "Ordonnancé", "Payé", "Reste à payer"),
    "statement_grant": ("RELEVÉ DE SUBVENTION", "Convention", "Bénéficiaire", "Versé", "Accepté", "Réclamé", "Reste à justifier", "Arrêté le présent relevé"),
    "statement_ageing": ("BALANCE ÂGÉE", "0 à 90", "91 à 180", "181 à 270", "Plus de 270", "Dernier contact", "Arrêtée la présente balance"),
    "reversal": ("DÉCISION DE CONTRE-PASSATION", "Écritures contre-passées", "Écritures de contre-passation", "Motif", "Écrit le", "Débit", "Crédit",
        "Arrêtée la présente contre-passation", "Contre-passé par", "L'ordonnateur"),
    "reconciliation": ("ÉTAT DE RAPPROCHEMENT", "Solde dans les livres", "Solde du relevé", "Écart", "Suspens", "Âge (jours)", "OP-2026-",
        "Du relevé aux livres", "Solde rapproché", "Préparé par", "Contrôlé par", "zéro franc. Le compte est rapproché au"),
    "fund_call": (
        "APPEL DE FONDS", "Accord", "Paiements prévus", "Trésorerie du fonds", "Appels antérieurs", "Besoin", "Montant demandé",
        "Montant dans la monnaie de l'accord", "Taux", "Compte à créditer", "Arrêté le présent appel de fonds", "Préparé par", "L'ordonnateur",
    ),
    "formal_notice": (
        "Mise en demeure", "article 12|obligent|oblige", "reste à justifier|constaté ce qui suit", "jours", "court du jour", "résiliée",
        "ACCUSÉ DE RÉCEPTION",
    ),
}  # fmt: skip


def read(content: bytes) -> str:
    """The text of a paper, every blank a plain space."""
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def work_of(around: Surroundings, login: str, *, readonly: bool = True) -> Work:
    probe = Work(around, readonly=True)
    number = probe.db.scalars(select(Person.id).where(Person.email.like(f"{login}%"))).one()
    actor = actor_for(probe.db, number, probe.today)
    probe.undo()
    probe.close()
    return Work(around, actor=actor, readonly=readonly)


def issued(around: Surroundings) -> Iterator[tuple[str, str, str]]:
    """Of each kind in the demo, the shortest and the longest: kind, reference, text."""
    work = Work(around, readonly=True)
    for kind in work.db.scalars(select(Paper.kind).distinct().order_by(Paper.kind)):
        papers = work.db.scalars(select(Paper).where(Paper.kind == kind).order_by(Paper.size, Paper.id)).all()
        for paper in {papers[0].id: papers[0], papers[-1].id: papers[-1]}.values():
            yield kind, paper.reference, read(documents.bytes_of(work, paper))
    work.undo()
    work.close()


def drawn(around: Surroundings) -> Iterator[tuple[str, str, str]]:
    """The papers that nobody issues in the demo, drawn as their page draws them."""
    work = work_of(around, "mariam.guindo")

    def mark(kind: str, reference: str, facts: dict[str, Any], draw: Any) -> tuple[str, str, str]:
        return kind, reference, read(draw(documents.marked(kind, reference, facts)))

    with speaking("fr"):
        sheet = work.db.scalars(select(ScoreSheet).where(ScoreSheet.status == "locked").order_by(ScoreSheet.id)).first()
        assert sheet is not None
        yield mark("score_sheet", "FN", scoring.sheet_paper(work, sheet), sheet_pdf)
        application = work.db.get_one(Application, sheet.application_id)
        yield mark("score_summary", "FS", scoring.summary_paper(work, application), summary_pdf)
        decision = work.db.scalars(select(Decision).order_by(Decision.id)).first()
        assert decision is not None
        for names in (True, False):
            facts = awards.posted_list_paper(work, decision, names=names)
            yield mark("posted_list", decision.reference, facts, award_papers.posted_list_pdf)
        session = work.db.scalars(select(Session).where(Session.reference.like("PV-%")).order_by(Session.id)).first()
        member = work.db.scalars(select(Person.id).where(Person.email.like("salimata%"))).one()
        assert session is not None
        yield mark("impartiality_declaration", "DI", committees.declaration_facts(work, session, member), declaration_pdf)
        project = work.db.scalars(select(Project).order_by(Project.id)).first()
        assert project is not None
        told = projects.project_facts(work, project)
        yield mark("project_sheet", "MP", told, project_papers.project_pdf)
        yield mark("narrative_report", "MP-RE", told, project_papers.narrative_pdf)
        asked = work.db.scalars(select(Disbursement).order_by(Disbursement.id)).first()
        assert asked is not None
        facts = disbursements.request_facts(work, asked)
        yield mark("disbursement_request", "DD", facts, payment_papers.request_pdf)
        frame = {**statement_facts.frame(work), "currency": "XOF"}
        row = {"order": asked.reference, "agreement": "CONV", "payee": asked.payee, "bank": asked.account_provider,
               "account": asked.account_number, "kind": asked.account_kind, "amount_minor": asked.amount_minor, "n": 1}  # fmt: skip
        people = [("prepare", "Fati Oumarou"), ("approve", "Ibrahim Keïta"), ("authorise", "Seydou Barro"), ("release", "Mahamadou Sidibé")]
        batch = {
            **{name: frame[name] for name in ("letterhead", "on", "currency")}, "source": "BDM, n° ML1", "batch": "LOT-2026-00001-E", "channel": "bank",
            "file": "Banque du Sahel, fichier CSV (LOT-2026-00001-E.csv)", "file_hash": "0" * 64, "content_hash": "0" * 64,
            "rows": [row], "kinds": ["approve", "authorise", "release"],
            "signed": [{"name": name, "function": "", "kind": kind, "on": frame["on"], "capacity": ""} for kind, name in people],
        }  # fmt: skip
        count = {
            **{name: frame[name] for name in ("letterhead", "on", "at", "currency")}, "account": "Menue caisse", "pieces": [[10_000, 25], [500, 3]],
            "total_minor": 251_500, "books_minor": 252_000, "ceiling_minor": 300_000, "reason": "Une pièce de 500 F manque",
            "signed": [{"name": name, "function": "", "act": "", "on": frame["on"]} for name in ("Fati Oumarou", "Mahamadou Sidibé")],
        }  # fmt: skip
        who = {"name": "Fati Oumarou", "function": "Caissière", "act": "", "on": frame["on"]}
        gap = {"side": "books", "label": "Paiement", "reference": "OP-2026-00009-X", "on": "2026-10-18", "days": 13, "amount_minor": -500_000}
        rapproche = {
            **{name: frame[name] for name in ("letterhead", "on", "currency")}, "account": "BDM", "number": "ML1", "kind": "bank", "source": "RLV-2026-00001-E",
            "statement_on": "2026-10-31", "statement_minor": 3_000_000, "books_minor": 2_500_000, "items": [gap], "unexplained_minor": 0,
            "status": "controlled", "preparer": who, "controller": {**who, "name": "Mahamadou Sidibé"},
        }  # fmt: skip
        yield mark("reconciliation", "ERB-2026-00001-E", rapproche, reconciliation_pdf)
        yield mark("cash_count", "PVC-2026-00001-E", count, count_pdf)
        yield mark("payment_batch", "LOT-2026-00001-E", batch, slip_pdf)
    work.undo()
    work.close()


def printed(around: Surroundings) -> Iterator[tuple[str, str, str]]:
    """The editions and statements of the accounts, printed by the comptable."""
    work = work_of(around, "mahamadou.sidibe", readonly=False)
    with speaking("fr"):
        papers = [
            books.print_edition(work, ledger_pages.Filters(ledger_pages.DEFAULT)),
            books.print_trial_balance(work, ledger_pages.Filters(ledger_pages.DEFAULT)),
            statements.print_payables(work),
            statements.print_ageing(work, {}),
            statements.print_grant(work, work.db.scalars(select(Agreement).where(Agreement.status == "active").order_by(Agreement.id)).first()),
        ]
        sample = samples.draw(work, SampleForm(population="payments", method="monetary", size=12, seed="20261123"))
        papers += documents.papers_of(work, sample)
        texts = [(paper.kind, paper.reference, read(documents.bytes_of(work, paper))) for paper in papers]
    work.undo()
    work.close()
    yield from texts


def missing(kind: str, text: str) -> list[str]:
    """The mentions of the row that the text does not hold; « a|b » asks for one of them."""
    wanted = [*FRAME, *ROWS[kind]]
    return [words for words in wanted if not any(each in text for each in words.split("|"))]


def test_every_paper_holds_the_mentions_of_its_row(demo: Surroundings) -> None:
    found: dict[str, str] = {}
    faults = []
    for kind, reference, text in [*issued(demo), *drawn(demo), *printed(demo)]:
        if kind not in ROWS:
            faults.append(f"{kind} is issued and has no row")
            continue
        faults += [f"{kind} {reference} does not say « {words} »" for words in missing(kind, text)]
        if "□" in text:
            faults.append(f"{kind} {reference}: a letter that no face has")
        wrong = re.findall(r"\b(?:à|de) les? [A-ZÉÀ]|\bn° n°|\bNone\b|\(\)|;\s*;|\.\s\.\s|acte n° [Dd]écision", text)
        faults += [f"{kind} {reference}: {wrong}"] if wrong else []
        found[kind] = text
    left = set(ROWS) - set(found)
    assert faults == [] and not left, f"no paper of these kinds was printed: {sorted(left)}"


def test_a_refused_file_is_told_why_in_the_minutes_and_in_its_letter(demo: Surroundings) -> None:
    """Every refusal reasoned: the reason of the committee is printed, not only kept in the trail."""
    work = Work(demo, readonly=True)
    agreement = work.db.scalars(select(Agreement).order_by(Agreement.id)).first()
    assert agreement is not None
    minutes = work.db.scalars(select(Paper).where(Paper.kind == "minutes").order_by(Paper.id)).first()
    assert minutes is not None
    items = [i for i in minutes.facts["items"] if i["proposal"] not in (None, "favourable")]  # type: ignore[attr-defined]
    assert items and all(i["reason"] for i in items)
    call = work.db.scalars(select(Call.id).where(Call.code == "AAP-2025-01")).one()
    for letter in work.db.scalars(select(Notice).where(Notice.call_id == call, Notice.kind == "not_selected")):
        facts = work.db.scalars(select(Paper.facts).where(Paper.reference == letter.reference)).first()
        assert facts is not None and facts["reason"], letter.reference
    work.undo()
    work.close()


@pytest.mark.parametrize("kind", sorted(ROWS))
def test_a_mention_that_is_lacking_is_seen(kind: str) -> None:
    whole = " ".join(words.split("|")[0] for words in (*FRAME, *ROWS[kind]))
    assert missing(kind, whole) == []
    assert missing(kind, "") == [*FRAME, *ROWS[kind]]
