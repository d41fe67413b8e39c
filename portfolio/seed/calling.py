"""A call for proposals as people write it: section by section by one officer, published by another, questions asked and answered."""

from __future__ import annotations

from functools import partial

from portfolio.calls import service
from portfolio.calls.forms import (
    AnswerForm,
    ApplicantsForm,
    CalendarForm,
    CapRow,
    CreateForm,
    CriterionRow,
    GridForm,
    IdentityForm,
    LineRow,
    MoneyForm,
    ObjectivesForm,
    PieceRow,
    PiecesForm,
    QuestionForm,
    ShareRow,
    TagRow,
)
from portfolio.calls.models import Call, Question
from portfolio.places import queries as places
from portfolio.seed.data.calls import CALLS, CAPS, FREE_NOTICE, PIECES, REFUSED_EXPENSES, criteria
from portfolio.seed.data.model import Call as CallFacts
from portfolio.seed.stage import NOBODY, Stage, make
from portfolio.strategy import queries as strategy
from portfolio.work import Work

AUTHOR, PUBLISHER = "aissata.maiga", "mariam.guindo"
WHO = {
    "women_group": "women",
    "youth_association": "youth",
    "youth_group": "youth",
    "cooperative": "cooperative",
    "committee": "committee",
    "union": "union",
}
EXCLUDED = {
    "advance_over_180_days": "Un groupement qui a une avance non justifiée depuis plus de 180 jours.",
    "tied_to_sitting_member": "Un groupement lié à un membre en fonction du comité de sélection.",
    "open_grant": "Un groupement dont une subvention de l'Autorité n'est pas encore clôturée.",
}
CONDITIONS = {
    "works_or_gardens": "travaux et jardins seulement",
    "water_school_health_corridor": "eau, école, santé et couloirs de bétail seulement",
}
FILING_PLACES = (
    "Gao : bureau de l'Autorité, quartier Château\n"
    "Dori : bureau de l'Autorité, secteur 3\n"
    "Tillabéri : bureau de l'Autorité, quartier administratif\n"
    "ou en ligne, sur le portail de l'Autorité"
)
QUESTIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "AAP-2025-01": (
        (
            "Une union de groupements peut-elle déposer un dossier si l'un de ses groupements en dépose un aussi ?",
            "Oui, si les deux projets sont différents : chaque demandeur dépose un seul dossier.",
        ),
        (
            "L'apport en nature peut-il être de la main-d'œuvre ?",
            "Oui. Elle est valorisée au prix de la journée en usage dans la commune, et le registre de présence est gardé.",
        ),
    ),
    "AAP-2026-01": (
        (
            "Un groupement déjà financé en 2025 peut-il déposer un dossier ?",
            "Seulement si sa première subvention est clôturée.",
        ),
    ),
    "AAP-2026-02": (
        ("Le calendrier doit-il être visé par chaque commune traversée ?", ""),
        (
            "Une association qui a moins d'un an peut-elle répondre ?",
            "Oui : cet appel ne demande pas d'ancienneté, mais dix membres au moins.",
        ),
    ),
}


def plan(stage: Stage, code: str) -> None:
    """One call, from its first draft to the answers to its questions."""
    facts = CALLS[code]
    j = facts.published_j
    stage.plan(j - 14, "10:00", AUTHOR, partial(_write, stage, facts))
    stage.plan(j - 6, "16:00", AUTHOR, partial(_send, stage, facts))
    stage.plan(j, "09:00", PUBLISHER, partial(_publish, stage, facts))
    asked = j + 9
    for n, (question, answer) in enumerate(QUESTIONS[code]):
        stage.plan(asked, f"11:{10 + n}", NOBODY, partial(_ask, stage, facts, n, question))
        if answer:
            answered = min(facts.answers_j, -2)
            stage.plan(answered, f"15:{10 + n}", AUTHOR, partial(_answer, stage, facts, n, answer))


def call_of(stage: Stage, work: Work, code: str) -> Call:
    """The call of this code."""
    return stage.get(work, Call, f"call:{code}")


def _write(stage: Stage, facts: CallFacts, work: Work) -> None:
    opens = stage.moment(facts.published_j, "12:00")
    closes = stage.moment(facts.deadline_j, facts.deadline_hour)
    call = service.create(
        work,
        CreateForm(
            code=facts.code,
            title=facts.title,
            exercice=opens.year,
            envelope=facts.envelope,
            floor=facts.grant_floor,
            ceiling=facts.grant_ceiling,
            opens_at=opens,
            closes_at=closes,
        ),
    )
    stage.keep(f"call:{facts.code}", call)
    service.edit(
        work,
        call,
        IdentityForm(
            code=facts.code,
            title=facts.title,
            summary=f"{facts.summary} {FREE_NOTICE}",
            exercice=opens.year,
            contact="Bureau des subventions, subventions@autorite.example",
            complaints_contact="Service des plaintes, plaintes@autorite.example",
            corruption_contact="Audit interne, alerte@autorite.example",
        ),
    )
    service.edit(
        work,
        call,
        MoneyForm(
            envelope=facts.envelope,
            floor=facts.grant_floor,
            ceiling=facts.grant_ceiling,
            own_contribution_percent=facts.contribution_percent,
            cash_exempt_displaced=bool(facts.contribution_note),
            refused_expenses=[
                f"{word.strip().capitalize()}." for word in REFUSED_EXPENSES.rstrip(".").split(",")
            ],
            caps=[make(CapRow, category=name, percent=percent, words=words) for name, percent, words in CAPS],
            lines=[
                LineRow(budget_line_id=stage.ids[f"line:{line}"], amount=amount)
                for line, amount in facts.lines
            ],
            shares=[
                make(ShareRow, category=share.category, percent=share.percent) for share in facts.reserved
            ],
        ),
    )
    service.edit(
        work,
        call,
        CalendarForm(
            opens_at=opens,
            closes_at=closes,
            questions_until=stage.day(facts.questions_until_j),
            answers_on=stage.day(facts.answers_j),
            answers_where="Sur la page publique de l'appel et au tableau d'affichage des trois bureaux",
            pieces_by=stage.day(facts.pieces_until_j),
            scoring_from=stage.day(facts.scoring_from_j),
            scoring_until=stage.day(facts.scoring_to_j),
            session_on=stage.day(facts.sessions[0].j),
            decision_on=stage.day(facts.decision_j),
            notification_on=stage.day(facts.notification_j),
            appeal_days=15,
            appeal_to="L'Ordonnateur, par lettre déposée à l'un des trois bureaux",
        ),
    )
    service.edit(
        work,
        call,
        make(
            ApplicantsForm,
            categories=list(dict.fromkeys(WHO[who] for who in facts.applicants)),
            min_members=max(facts.min_members, 1),
            min_age_months=facts.min_age_years * 12,
            min_youth_percent=facts.min_youth_percent,
            max_months=facts.months,
            max_files=1,
            excluded=[EXCLUDED[code] for code in facts.exclusions],
            places=[places.by_code(work, place).id for place in facts.places],
            filing_place=FILING_PLACES,
            filing_hours="Du lundi au vendredi, de 8 h 00 à 16 h 00 (temps universel)",
            copies=2,
        ),
    )
    service.edit(work, call, PiecesForm(pieces=[_piece(code) for code in facts.pieces]))
    service.edit(
        work,
        call,
        GridForm(
            criteria=[
                CriterionRow(
                    code=criterion.code,
                    label=criterion.title,
                    weight=criterion.weight,
                    floor=criterion.floor,
                    tie_rank=facts.tie_break.index(criterion.code) + 1
                    if criterion.code in facts.tie_break
                    else None,
                    **{f"level_{n}": words for n, words in enumerate(criterion.levels)},
                )
                for criterion in criteria(facts.code)
            ],
            score_floor=facts.total_floor,
            spread_limit=25,
            assessors_needed=facts.assessors_per_file,
        ),
    )
    rows = [
        TagRow(objective_id=strategy.objective(work, code).id, weight=weight) for code, weight in facts.tags
    ]
    service.edit(work, call, ObjectivesForm(objectives=rows))


def _piece(code: str) -> PieceRow:
    piece = PIECES[code]
    return PieceRow(
        code=piece.code,
        label=piece.title,
        needed_from=1_000_000 if piece.when == "line_above_1000000" else None,
        condition=CONDITIONS.get(piece.when),
    )


def _send(stage: Stage, facts: CallFacts, work: Work) -> None:
    service.send(work, call_of(stage, work, facts.code))


def _publish(stage: Stage, facts: CallFacts, work: Work) -> None:
    service.publish(work, call_of(stage, work, facts.code))


def _ask(stage: Stage, facts: CallFacts, number: int, text: str, work: Work) -> None:
    question = service.ask(work, call_of(stage, work, facts.code), QuestionForm(text=text))
    stage.keep(f"question:{facts.code}:{number}", question)


def _answer(stage: Stage, facts: CallFacts, number: int, text: str, work: Work) -> None:
    service.answer(
        work, stage.get(work, Question, f"question:{facts.code}:{number}"), AnswerForm(answer=text)
    )
