"""The files come in: online by the group itself, or at the counter with a récépissé first and the full entry the day after (R15)."""

from __future__ import annotations

from functools import partial

from portfolio.applications import service
from portfolio.applications.forms import CloseRegisterForm, DepositForm, ReasonForm
from portfolio.applications.models import Application, CallRegister
from portfolio.calls.models import Call
from portfolio.documents.service import Incoming
from portfolio.groups.models import Group
from portfolio.seed import form_pages, groups_known, samples
from portfolio.seed.data.calls import CALLS, PIECES
from portfolio.seed.data.files import all_groups, files_of
from portfolio.seed.data.model import File
from portfolio.seed.stage import Stage
from portfolio.work import Work

GARDENS = frozenset({"MP03", "MP06", "MP10"})
TECHNICAL = frozenset({"MP10", "MP11", "MP12", "MP14"})
FLOOD = (
    "La crue a coupé la route de Gao du 8 h au soir, attestée par la commune et par le service des transports ; "
    "le groupe s'était mis en route la veille."
)
TOO_LATE = "Déposé après l'heure limite ; aucun empêchement n'est établi pour ce groupe."


def plan(stage: Stage, code: str) -> None:
    """Every file of a call, then its register closed by two people at the hour."""
    for file in files_of(code):
        online = is_online(file)
        known = file.filed_j - 4
        groups_known.plan(
            stage, file.group, max(known, CALLS[code].published_j + 1), _before(file), online=online
        )
        (_plan_online if online else _plan_paper)(stage, file)
    deadline = CALLS[code].deadline_j
    if deadline < 0:
        stage.plan(deadline, "16:02", "fadimata.toure", partial(_close, stage, code))
        stage.plan(deadline, "16:05", "aissata.maiga", partial(_witness, stage, code))


def is_online(file: File) -> bool:
    """Whether a file is written online; one that the form would refuse comes on paper."""
    return file.channel == "online" and file.requested <= CALLS[file.call].grant_ceiling


def _before(file: File) -> str:
    return f"{8 + file.order % 7:02d}:{file.order * 7 % 60:02d}"


def file_of(stage: Stage, work: Work, code: str) -> Application:
    """The file with this code of the story."""
    return stage.get(work, Application, f"file:{code}")


def attached(file: File) -> list[str]:
    """The papers that a file holds when it comes in: those of the call that its kind of project needs, less what is missing."""
    missing = {letter.piece for letter in file.letters if letter.state == "missing"}
    codes = []
    for code in CALLS[file.call].pieces:
        when = PIECES[code].when
        if (when == "works_or_gardens" and file.template not in GARDENS) or (
            when == "water_school_health_corridor" and file.template not in TECHNICAL
        ):
            continue
        if code not in missing:
            codes.append(code)
    return codes


def paper(file: File, code: str) -> Incoming:
    """A scanned paper of a file."""
    group = all_groups()[file.group]
    holder = group.account_holder if code == "account_certificate" else group.name
    return samples.scan(
        f"{code}_{file.code}",
        PIECES[code].title,
        group.name,
        f"Dossier {file.code} : {file.title}",
        f"Établi au nom de {holder}",
    )


# -- online -------------------------------------------------------------------------------------------------------


def _plan_online(stage: Stage, file: File) -> None:
    login = groups_known.login_of_group(file.group)
    started = max(file.filed_j - 2, CALLS[file.call].published_j + 1)
    if file.outcome == "draft":
        stage.plan(min(file.filed_j, -1), "18:30", login, partial(_draft, stage, file))
        return
    stage.plan(started, "19:05", login, partial(_start, stage, file))
    stage.plan(file.filed_j, file.filed_hour, login, partial(_submit, stage, file))


def _draft(stage: Stage, file: File, work: Work) -> None:
    application = _open(stage, file, work)
    for page, form in list(form_pages.pages(stage, work, file).items())[: file.saved_pages]:
        service.save_page(work, application, page, form)


def _open(stage: Stage, file: File, work: Work) -> Application:
    call = stage.get(work, Call, f"call:{file.call}")
    application = service.start(work, call, stage.get(work, Group, f"group:{file.group}"))
    stage.keep(f"file:{file.code}", application)
    return application


def _start(stage: Stage, file: File, work: Work) -> None:
    application = _open(stage, file, work)
    for page, form in list(form_pages.pages(stage, work, file).items())[:3]:
        service.save_page(work, application, page, form)


def _submit(stage: Stage, file: File, work: Work) -> None:
    application = file_of(stage, work, file.code)
    for page, form in list(form_pages.pages(stage, work, file).items())[3:]:
        service.save_page(work, application, page, form)
    for code in attached(file):
        service.add_piece(work, application, code, paper(file, code))
    service.submit(work, application)


# -- at the counter -----------------------------------------------------------------------------------------------


def _plan_paper(stage: Stage, file: File) -> None:
    clerk = groups_known.COUNTER[all_groups()[file.group].country]
    stage.plan(file.filed_j, file.filed_hour, clerk, partial(_deposit, stage, file))
    stage.plan(file.filed_j + 1, _before(file), clerk, partial(_enter, stage, file))


def _deposit(stage: Stage, file: File, work: Work) -> None:
    group = all_groups()[file.group]
    depositor = group.officers[0] if file.order % 2 else group.officers[2]
    receipt = service.register_paper(
        work,
        DepositForm(
            call_id=stage.ids[f"call:{file.call}"],
            group_id=stage.ids[f"group:{file.group}"],
            depositor=depositor.name,
            depositor_capacity="présidence du groupe" if file.order % 2 else "secrétariat du groupe",
            depositor_phone=depositor.phone,
            requested=file.requested,
            pieces=attached(file),
            envelopes=2,
            place=f"Bureau de {file.office}",
        ),
    )
    stage.ids[f"file:{file.code}"] = receipt.application_id


def _enter(stage: Stage, file: File, work: Work) -> None:
    application = file_of(stage, work, file.code)
    for code in attached(file):
        service.add_piece(work, application, code, paper(file, code))
    forms = form_pages.pages(stage, work, file)
    service.fill(work, application, {page: form for page, form in forms.items() if page != "pieces"})


# -- the register -------------------------------------------------------------------------------------------------


def _close(stage: Stage, code: str, work: Work) -> None:
    call = stage.get(work, Call, f"call:{code}")
    register = service.close_register(work, call, CloseRegisterForm(place="Gao"))
    stage.keep(f"register:{code}", register)


def _witness(stage: Stage, code: str, work: Work) -> None:
    service.witness_register(work, stage.get(work, CallRegister, f"register:{code}"))


def plan_late(stage: Stage) -> None:
    """Problem 12: one file at 16 h 07 is refused, another at 16 h 21 accepted by a reasoned decision."""
    for file in files_of("AAP-2025-01"):
        if file.outcome == "late":
            stage.plan(-377, "10:10", groups_known.officer_of(file.group), partial(_refuse_late, stage, file))
        elif file.admitted_late:
            stage.plan(-377, "10:40", "mariam.guindo", partial(_admit_late, stage, file))


def _refuse_late(stage: Stage, file: File, work: Work) -> None:
    service.refuse_late(work, file_of(stage, work, file.code), ReasonForm(reason=TOO_LATE))


def _admit_late(stage: Stage, file: File, work: Work) -> None:
    service.admit_late(work, file_of(stage, work, file.code), ReasonForm(reason=FLOOD))
