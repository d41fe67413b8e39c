"""The files are examined: papers checked, letters sent and answered, admissible or not, eligible or not, one reinstated (R11)."""

from __future__ import annotations

from functools import partial

from portfolio.applications import queries as applications
from portfolio.applications import service as filing
from portfolio.applications.models import Application, PieceRequest
from portfolio.calls.models import Call
from portfolio.screening import service
from portfolio.screening.forms import (
    AnswerForm,
    AskRow,
    JudgedForm,
    JudgedRow,
    PieceRow,
    PiecesForm,
    ReasonForm,
    ReceivedForm,
    RequestForm,
)
from portfolio.seed import groups_known, samples
from portfolio.seed.data.calls import CALLS, PIECES
from portfolio.seed.data.files import all_groups, files_of
from portfolio.seed.data.model import File
from portfolio.seed.files_filed import attached, file_of
from portfolio.seed.stage import Stage, make
from portfolio.strategy import queries as strategy_queries
from portfolio.strategy import service as strategy
from portfolio.strategy.queries import Subject
from portfolio.work import Work

PROGRAMME = "mariam.guindo"
REASONS = {
    "above_ceiling": "La somme demandée passe le plafond de l'appel.",
    "advance_over_180_days": "Une avance d'un autre guichet de l'Autorité reste à justifier depuis plus de 180 jours.",
    "too_few_members": "Le groupement compte douze membres ; l'appel en demande quinze.",
    "open_grant": "Une subvention de l'Autorité à un groupement du même bureau n'est pas clôturée.",
    "tied": "Un membre du comité de sélection porterait le même nom que le trésorier du groupe.",
}
TESTS = {"open_grant": "previous_grant", "tied": "sitting_member"}
"""Where a person knows more than the records: the test judged otherwise, with a note."""
REINSTATED = "Recours fondé : l'acte de naissance produit montre que les deux personnes ne sont pas parentes."
NOTHING_CAME = "Pièce demandée et non reçue au terme du délai donné à tous."


def plan(stage: Stage, code: str) -> None:
    """Every file of a call that came in time, or was accepted late."""
    deadline = CALLS[code].deadline_j
    for n, file in enumerate(files_of(code)):
        if file.outcome == "late":
            continue
        officer = groups_known.officer_of(file.group)
        hour = f"{8 + n % 8:02d}:{n * 13 % 60:02d}"
        stage.plan(deadline + 4, hour, officer, partial(_check, stage, file, False))
        if file.letters:
            _plan_letter(stage, file, officer, hour)
        else:
            stage.plan(deadline + 7, hour, officer, partial(_admit, stage, file))
            _plan_eligible(stage, file, officer, hour, deadline + 10)


def _plan_letter(stage: Stage, file: File, officer: str, hour: str) -> None:
    for letter in file.letters:
        stage.plan(letter.sent_j, hour, officer, partial(_ask, stage, file))
        stage.plan(letter.received_j, hour, officer, partial(_received, stage, file))
        if letter.answered_j is None:
            late = CALLS[file.call].pieces_until_j + 1
            stage.plan(late, hour, officer, partial(_inadmissible, stage, file))
            return
        stage.plan(letter.answered_j, hour, officer, partial(_answered, stage, file))
        stage.plan(letter.answered_j + 1, hour, officer, partial(_admit, stage, file))
        _plan_eligible(stage, file, officer, hour, letter.answered_j + 2)


def _plan_eligible(stage: Stage, file: File, officer: str, hour: str, j: int) -> None:
    if file.outcome == "ineligible":
        stage.plan(j, hour, officer, partial(_ineligible, stage, file, file.reason))
        return
    if file.reinstated:
        stage.plan(j, hour, officer, partial(_ineligible, stage, file, "tied"))
        stage.plan(j + 5, "15:40", PROGRAMME, partial(_reinstate, stage, file))
        stage.plan(j + 6, hour, officer, partial(_eligible, stage, file))
        return
    stage.plan(j, hour, officer, partial(_eligible, stage, file))


def _rows(stage: Stage, work: Work, file: File, answered: bool) -> list[PieceRow]:
    here = set(attached(file))
    bad = {letter.piece: letter for letter in file.letters}
    rows = []
    for piece in applications.pieces(work, file_of(stage, work, file.code)):
        letter = bad.get(piece.code)
        if letter is not None and not answered:
            state = "absent" if letter.state == "missing" else "nonconforming"
            rows.append(make(PieceRow, code=piece.code, state=state, note=letter.reason))
        else:
            rows.append(
                make(
                    PieceRow,
                    code=piece.code,
                    state="present" if letter or piece.code in here else "not_needed",
                )
            )
    return rows


def _check(stage: Stage, file: File, answered: bool, work: Work) -> None:
    form = PiecesForm(pieces=_rows(stage, work, file, answered))
    service.check_pieces(work, file_of(stage, work, file.code), form)


def _ask(stage: Stage, file: File, work: Work) -> None:
    items = [AskRow(code=letter.piece, expected=f"{PIECES[letter.piece].title}.") for letter in file.letters]
    request = service.request_pieces(work, file_of(stage, work, file.code), RequestForm(items=items))
    stage.keep(f"letter:{file.code}", request)


def _received(stage: Stage, file: File, work: Work) -> None:
    president = all_groups()[file.group].officers[0].name
    form = ReceivedForm(received_on=work.today, received_by=president, channel="hand")
    service.record_receipt(work, stage.get(work, PieceRequest, f"letter:{file.code}"), form)


def _answered(stage: Stage, file: File, work: Work) -> None:
    application: Application = file_of(stage, work, file.code)
    name = all_groups()[file.group].name
    for letter in file.letters:
        title = PIECES[letter.piece].title
        scan = samples.scan(
            f"{letter.piece}_{file.code}_complement", title, name, f"Dossier {file.code} : complément"
        )
        filing.add_piece(work, application, letter.piece, scan)
    service.receive_pieces(work, application, AnswerForm(answered_on=work.today))
    _check(stage, file, True, work)


def _admit(stage: Stage, file: File, work: Work) -> None:
    service.admit(work, file_of(stage, work, file.code))


def _inadmissible(stage: Stage, file: File, work: Work) -> None:
    service.declare_inadmissible(work, file_of(stage, work, file.code), ReasonForm(reason=NOTHING_CAME))


def _eligible(stage: Stage, file: File, work: Work) -> None:
    application = file_of(stage, work, file.code)
    call = work.db.get_one(Call, application.call_id)
    subject = Subject(
        application,
        application.reference,
        f"/applications/{application.id}",
        (application.country,),
        call.published_at.date() if call.published_at else None,
    )
    weights = {strategy_queries.objective(work, code).id: weight for code, weight in file.tags}
    strategy.edit_tags(work, subject, weights)
    service.find_eligible(work, application)


def _ineligible(stage: Stage, file: File, reason: str, work: Work) -> None:
    application = file_of(stage, work, file.code)
    if reason in TESTS:
        row = JudgedRow(code=TESTS[reason], met="no", note=REASONS[reason])
        service.record_tests(work, application, JudgedForm(tests=[row]))
    service.declare_ineligible(work, application, ReasonForm(reason=REASONS[reason]))


def _reinstate(stage: Stage, file: File, work: Work) -> None:
    application = file_of(stage, work, file.code)
    service.reinstate(work, application, ReasonForm(reason=REINSTATED))
    service.record_tests(work, application, JudgedForm(tests=[JudgedRow(code=TESTS["tied"], met="yes")]))
