"""From the proposals to the decision: credits reserved, engaged with the visa, decided, notified; one group gives up, the next is promoted."""

from __future__ import annotations

from functools import partial

from sqlalchemy import select

from portfolio.applications.models import Application
from portfolio.awards import queries, service
from portfolio.awards.forms import DecisionForm, ReceiveForm
from portfolio.awards.models import Commitment, Decision, Notice
from portfolio.calls.models import Call
from portfolio.seed.data.calls import CALLS
from portfolio.seed.data.files import all_groups, files_of
from portfolio.seed.data.people import OFFICERS
from portfolio.seed.data.problems import PROMOTION_DECISION_J, WITHDRAWAL_J
from portfolio.seed.sessions import session_of
from portfolio.seed.stage import Stage, make
from portfolio.work import Work

PROGRAMME, CONTROLLER, ORDONNATEUR = "mariam.guindo", "abdoul.karim.soumana", "seydou.barro"
DELEGATE, SECRETARY = "haoua.abdou", "issoufou.garba"
CALL = "AAP-2025-01"
DECISION_J = CALLS[CALL].decision_j
PREAMBLE = (
    "Vu le traité révisé instituant l'Autorité ;\n"
    "Vu la décision n° 004/SE portant création du comité de sélection ;"
)
CHANNELS = {"ML": "hand", "BF": "commune", "NE": "whatsapp"}


def plan(stage: Stage) -> None:
    """The decision and its letters; the withdrawal of one group and the promotion of the next on the list.

    Credits are engaged and visaed on the morning of the decision: whatever the day of installation, the three acts are of the exercice of the
    credits, and the order of their hours is that of the law.
    """
    stage.plan(-330, "09:30", PROGRAMME, partial(_reserve, stage))
    stage.plan(DECISION_J, "08:10", PROGRAMME, partial(_commit, stage))
    stage.plan(DECISION_J, "09:00", CONTROLLER, _visa)
    stage.plan(DECISION_J, "09:40", SECRETARY, partial(_prepare_decision, stage))
    stage.plan(DECISION_J, "10:30", ORDONNATEUR, partial(_sign, stage, "award"))
    _plan_letters(stage, -323)
    stage.plan(WITHDRAWAL_J, "11:00", OFFICERS["BF"], partial(_withdraw, stage))
    stage.plan(PROMOTION_DECISION_J - 2, "09:30", PROGRAMME, partial(_promote, stage))
    stage.plan(PROMOTION_DECISION_J - 1, "14:00", CONTROLLER, _visa)
    stage.plan(PROMOTION_DECISION_J, "10:00", DELEGATE, partial(_sign, stage, "promotion"))
    _plan_letters(stage, PROMOTION_DECISION_J + 1)


def _plan_letters(stage: Stage, j: int) -> None:
    stage.plan(j, "14:00", SECRETARY, partial(_prepare_letters, stage))
    stage.plan(j + 1, "09:20", PROGRAMME, partial(_check_letters, stage))
    for n, (country, officer) in enumerate(OFFICERS.items()):
        stage.plan(j + 3, f"{10 + n}:00", officer, partial(_send_letters, stage, country))
        stage.plan(j + 7 + n, "15:00", officer, partial(_receive_letters, stage, country, j + 6))


def call_of(stage: Stage, work: Work) -> Call:
    """The call."""
    return stage.get(work, Call, f"call:{CALL}")


def _reserve(stage: Stage, work: Work) -> None:
    service.reserve_from_session(work, session_of(stage, work, CALL, 2))


def _commit(stage: Stage, work: Work) -> None:
    service.prepare_commitments(work, session_of(stage, work, CALL, 2))


def _visa(work: Work) -> None:
    waiting = select(Commitment).where(Commitment.status == "prepared").order_by(Commitment.id)
    for commitment in work.db.scalars(waiting).all():
        service.visa(work, commitment)


def _prepare_decision(stage: Stage, work: Work) -> None:
    session = session_of(stage, work, CALL, 2)
    made = service.prepare_decision(work, call_of(stage, work), session, DecisionForm(preamble=PREAMBLE))
    stage.keep("decision:award", made)


def _sign(stage: Stage, kind: str, work: Work) -> None:
    service.sign_decision(work, stage.get(work, Decision, f"decision:{kind}"))


def _prepare_letters(stage: Stage, work: Work) -> None:
    service.prepare_notices(work, call_of(stage, work))


def _letters(stage: Stage, work: Work, status: str, country: str = "") -> list[Notice]:
    statement = select(Notice).where(Notice.call_id == stage.ids[f"call:{CALL}"], Notice.status == status)
    if country:
        statement = statement.where(Notice.country == country)
    return list(work.db.scalars(statement.order_by(Notice.id)))


def _check_letters(stage: Stage, work: Work) -> None:
    for notice in _letters(stage, work, "prepared"):
        service.check(work, notice)


def _send_letters(stage: Stage, country: str, work: Work) -> None:
    for notice in _letters(stage, work, "checked", country):
        service.send(work, notice)


def _receive_letters(stage: Stage, country: str, j: int, work: Work) -> None:
    names = {
        stage.ids[f"file:{file.code}"]: file for file in files_of(CALL) if f"file:{file.code}" in stage.ids
    }
    for notice in _letters(stage, work, "sent", country):
        person = all_groups()[names[notice.application_id].group].officers[0].name
        form = make(
            ReceiveForm,
            received_on=stage.day(j - notice.id % 2),
            received_person=person,
            received_channel=CHANNELS[country],
        )
        service.receive(work, notice, form)


def _withdraw(stage: Stage, work: Work) -> None:
    file = next(file for file in files_of(CALL) if file.outcome == "withdrawn")
    application = stage.get(work, Application, f"file:{file.code}")
    service.give_up(work, application, file.reason)


def _promote(stage: Stage, work: Work) -> None:
    stage.keep("decision:promotion", service.promote(work, call_of(stage, work)))
    assert queries.next_waiting(work, call_of(stage, work)) is not None
