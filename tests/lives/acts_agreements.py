"""What may become of an agreement, done by the product's own verbs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import select

from portfolio.agreements import service
from portfolio.agreements.forms import (
    ActForm,
    AmendmentForm,
    AmendmentSignatureForm,
    AnswerForm,
    BudgetLine,
    NoticeForm,
    ServeForm,
    TerminateForm,
    TrancheLine,
    WaiverForm,
)
from portfolio.agreements.models import Agreement, Amendment, Condition, FormalNotice, Tranche
from portfolio.closures import service as closing
from portfolio.closures.forms import ClosureForm
from portfolio.closures.models import Closure
from portfolio.documents.service import Incoming
from tests.agreements.standing import pdf_bytes
from tests.justifications.grants import J

REASON = "Pour une raison que le procès-verbal du jour explique"
DELAY = 15


@cache
def _page() -> bytes:
    return pdf_bytes()


def scan() -> Incoming:
    """A signed paper, scanned."""
    return Incoming("acte.pdf", _page())


class AgreementActs:
    """The verbs on the agreements themselves."""

    tries: Callable[[str, Callable[[Any], Any]], tuple[bool, Any]]
    look: Callable[[], None]
    office: Any
    agreements: list[int]
    tranches: list[int]
    amendments: list[int]
    notices: list[int]
    closures: list[int]

    def hold_up(self, who: str, verb: str, grant: int) -> tuple[bool, Any]:
        def act(work: Any) -> None:
            found = work.db.get_one(Agreement, self.agreements[grant])
            if verb == "resume":
                service.resume(work, found, REASON)
            elif verb == "start_closing":
                service.start_closing(work, found)
            else:
                service.suspend(work, found, ActForm(reason=REASON, act="Décision n° 12 du 20/11/2026", scan=scan()))

        return self.tries(who, act)

    def terminate(self, who: str, grant: int, ground: str) -> tuple[bool, Any]:
        form = TerminateForm(reason=REASON, act="Décision n° 13", scan=scan(), ground=ground)
        return self.tries(who, lambda w: service.terminate(w, w.db.get_one(Agreement, self.agreements[grant]), form))

    def give_up(self, who: str, at: int) -> tuple[bool, Any]:
        return self.tries(who, lambda w: service.cancel_tranche(w, w.db.get_one(Tranche, self.tranches[at]), REASON))

    # -- a condition waived ---------------------------------------------------------------------------------------------------

    def waiver(self, who: str, verb: str, at: int) -> tuple[bool, Any]:
        def act(work: Any) -> None:
            condition = work.db.scalars(select(Condition).where(Condition.tranche_id == self.tranches[at])).one()
            if verb == "waive":
                service.waive(work, condition)
            else:
                service.propose_waiver(work, condition, WaiverForm(reason=REASON, act="Note n° 7", scan=scan()))

        return self.tries(who, act)

    # -- avenants -------------------------------------------------------------------------------------------------------------

    def amend(self, who: str, grant: int, kind: str, proposal: Any, changed: dict[int, int] | None = None) -> tuple[bool, Any]:
        """`changed` are the tranches typed in the form: a number, or a negative one for a new tranche."""
        more: dict[str, Any] = {}
        if kind in ("virement", "virement_within"):
            labels = zip(("Béliers", "Aliment"), proposal, strict=True)
            more["lines"] = [BudgetLine(label=label, quantity=1, unit_minor=francs, source="S") for label, francs in labels]
        elif kind == "extension":
            more["ends_on"] = J.date() + timedelta(days=proposal)
        elif kind == "schedule":
            more["tranches"] = [TrancheLine(amount=a, number=n if n > 0 else None) for n, a in (changed or {}).items()]
        elif kind == "signatory":
            more |= {"signatory_name": proposal, "signatory_function": "Trésorière"}
        elif kind == "results":
            more["results"] = "Soixante ménages ont reconstitué leur cheptel"
        form = AmendmentForm(kind=kind, reason=REASON, act="Avis n° 3 du 20/11/2026", **more)
        return self.tries(who, lambda w: service.prepare_amendment(w, w.db.get_one(Agreement, self.agreements[grant]), form).id)

    def on_amendment(self, who: str, verb: str, at: int) -> tuple[bool, Any]:
        def act(work: Any) -> None:
            found = work.db.get_one(Amendment, self.amendments[at])
            if verb == "refuse":
                service.reject_amendment(work, found, REASON)
            elif verb == "sign":
                service.sign_amendment(work, found, AmendmentSignatureForm(
                    signed_on=work.today, signatory_name="Aïssata Maïga", signatory_function="Présidente", scan=scan()))
            else:
                {"submit": service.submit_amendment, "approve": service.approve_amendment, "accept": service.accept_amendment}[verb](work, found)

        return self.tries(who, act)

    def new_tranches(self, grant: int) -> list[int]:
        """The tranches that an avenant added, by number."""
        of = select(Tranche.id).where(Tranche.agreement_id == self.agreements[grant], Tranche.id.not_in(self.tranches))
        with self.office.database.session(readonly=True) as s:
            return list(s.scalars(of.order_by(Tranche.number)))

    # -- mises en demeure -----------------------------------------------------------------------------------------------------

    def notify(self, who: str, grant: int, tranche: int | None) -> tuple[bool, Any]:
        form = NoticeForm(
            tranche_id=None if tranche is None else self.tranches[tranche], ground="breach" if tranche is None else "unjustified",
            demand="Ouvrir le chantier et rendre compte", means="hand", sent_on=J.date() - timedelta(days=60), delay_days=DELAY)
        return self.tries(who, lambda w: service.send_notice(w, w.db.get_one(Agreement, self.agreements[grant]), form).id)

    def on_notice(self, who: str, verb: str, at: int, days_ago: int = 0) -> tuple[bool, Any]:
        def act(work: Any) -> None:
            found, day = work.db.get_one(FormalNotice, self.notices[at]), J.date() - timedelta(days=days_ago)
            if verb == "serve":
                service.serve_notice(work, found, ServeForm(outcome="received", received_on=day, received_by="La trésorière"))
            elif verb == "answer":
                service.answer_notice(work, found, AnswerForm(
                    replied_on=J.date(), reply="Nous ferons le nécessaire", follow_up="Le délai court toujours"))
            else:
                service.lift_notice(work, found, REASON)

        return self.tries(who, act)

    # -- closing --------------------------------------------------------------------------------------------------------------

    def draw_up(self, who: str, grant: int) -> tuple[bool, Any]:
        return self.tries(who, lambda w: closing.prepare(w, w.db.get_one(Agreement, self.agreements[grant]), ClosureForm()).id)

    def on_closure(self, who: str, verb: str, at: int) -> tuple[bool, Any]:
        act = {"clear_account": closing.clear_account, "attest": closing.attest}[verb]
        return self.tries(who, lambda w: act(w, w.db.get_one(Closure, self.closures[at])))
