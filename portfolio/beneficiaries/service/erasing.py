"""Erasing who a person reached is: one person proposes, another erases, for good (T09, P08).

The figures stay: sex, age band, situation and assistance are counted on; the name, its sound, the year of birth, the telephone, the village and
the disability go, and the key under which the trail committed to them is destroyed, so that the chain stays whole and says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from portfolio.audit.service import forget
from portfolio.beneficiaries import queries
from portfolio.beneficiaries.forms import ErasureForm
from portfolio.beneficiaries.models import Erasure, ReachedPerson
from portfolio.kit.errors import Refusal, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.beneficiaries import ERASURE
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work

BLANK = {
    "full_name": "",
    "sound": "",
    "birth_year": None,
    "estimated": False,
    "phone": "",
    "village": "",
    "village_folded": "",
    "disability": None,
}
"""What tells who somebody is, and what stands there afterwards."""


def erasure_obstacles(work: Work, person: ReachedPerson) -> Iterator[Refusal]:
    """Nobody is erased twice, nor proposed twice."""
    found = queries.erasure_of(work, person)
    if person.erased_at is not None:
        yield Refusal("already_erased", _("What told who this person was is erased already."))
    elif found is not None:
        yield Refusal(
            "already_proposed",
            _("The erasure of this person is already proposed."),
            who=who_may("erasure:decide"),
        )


def propose_erasure(work: Work, person: ReachedPerson, form: ErasureForm) -> Erasure:
    """Propose to erase somebody's data. Refused: already_erased, already_proposed."""
    person = work.hold(person)
    work.require("reach:record", person)
    refuse(erasure_obstacles(work, person))
    made = Erasure(
        person_id=person.id,
        country=person.country,
        basis=form.basis,
        proposed_by_id=work.actor.id,
        proposed_at=work.now,
    )
    work.create(made, "erasure:proposed", data={"person": person.code, "basis": form.basis})
    work.record("erasure:proposed", person, data={"basis": form.basis})
    return made


def erase(work: Work, erasure: Erasure) -> None:
    """Erase it for good, and the key of its commitments with it. Another person than the one who proposed."""
    person = work.hold(work.db.get_one(ReachedPerson, erasure.person_id))
    erasure = work.hold(erasure)
    work.advance(ERASURE, erasure, "erase", data={"person": person.code})
    for name, value in BLANK.items():
        setattr(person, name, value)  # nothing of it enters the trail
    person.erased_at = work.now
    work.db.flush()
    forget(work.db, "reached_person", person.id)
    work.record("erasure:done", person)


def withdraw_erasure(work: Work, erasure: Erasure, reason: str) -> None:
    """Take the proposal back, with the reason."""
    work.advance(ERASURE, work.hold(erasure), "withdraw", reason=reason)
