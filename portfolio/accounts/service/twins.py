"""Two accounts that look like one person's: named when one is opened or given a role that handles money; said to be two people by one person,
with a reason, and confirmed by another (M09). Nothing turns this off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import select

from portfolio.accounts import queries
from portfolio.accounts.models import Person, PersonTwin
from portfolio.accounts.queries import Twin
from portfolio.kit.errors import Refusal, Refused, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def named(found: Iterable[Twin], way_out: str) -> Iterator[Refusal]:
    """One refusal for each account that looks like the same person's, by its name, function and signs."""
    for twin in found:
        words = _("This looks like a second account of %(name)s: %(signs)s. One person has one account.")
        person = twin.person
        yield Refusal(
            "same_person",
            words
            % {
                "name": f"{person.full_name} ({person.function})" if person.function else person.full_name,
                "signs": ", ".join(_(queries.TWIN_SIGNS[sign]) for sign in twin.signs),
            },
            way_out=way_out,
            who=who_may("role:grant"),
            url=f"/accounts/people/{person.id}",
        )


def twin_obstacles(work: Work, person: Person) -> Iterator[Refusal]:
    """Before a role that handles money: every account that looks like another of this person is said to be somebody else's, by two people."""
    open_ = [twin for twin in queries.twins_of(work, person) if not twin.settled]
    yield from named(
        open_,
        _(
            "One person has one account, even closed: use that one. If they are two people, say why on this page and have a second person confirm it."
        ),
    )


def check_twins(work: Work, who: queries.Known, but: int | None, reason: str | None) -> list[Twin]:
    """The look-alikes of what was typed that nobody has explained. Raises Refused where no reason is typed, or where the account is one's own."""
    found = [twin for twin in queries.twins(work, who, but) if not twin.explained]
    if any(twin.person.id == work.actor.id for twin in found):
        refuse([_own()])
    if found and not reason:
        refuse(
            named(
                found,
                _(
                    "If they are two people, say why in the field “Two different people”; a second person confirms it before any money role."
                ),
            )
        )
    return found


def _own() -> Refusal:
    return Refusal(
        "own_twin",
        _(
            "This looks like a second account of your own. Another person must say that it is somebody else's."
        ),
        who=who_may("role:grant"),
    )


def explain(work: Work, person: Person, found: Iterable[Twin], reason: str) -> None:
    """Keep why these accounts are other people's; what was confirmed on fewer signs is to be confirmed anew."""
    for twin in found:
        low, high = sorted((person.id, twin.person.id))
        row = work.db.scalars(
            select(PersonTwin).where(PersonTwin.first_id == low, PersonTwin.second_id == high)
        ).one_or_none()
        if row is None:
            row = PersonTwin(first_id=low, second_id=high)
            work.db.add(row)
        row.signs, row.reason = list(twin.signs), reason
        row.said_by_id, row.said_at = work.actor.id, work.now
        row.confirmed_by_id = row.confirmed_at = None
        work.db.flush()
        data = {"other": twin.person.id, "signs": list(twin.signs)}
        work.record("person:twin_explained", person, reason=reason, data=data)


def say_two(work: Work, person: Person, other_id: int, reason: str) -> None:
    """Say why another account is somebody else's. Neither of the two says so himself."""
    person = work.hold(person)
    work.require("role:grant")
    found = [
        twin for twin in queries.twins_of(work, person) if twin.person.id == other_id and not twin.settled
    ]
    if not found:
        refuse(
            [
                Refusal(
                    "no_twin",
                    _("These two accounts do not look alike, or this is already settled. Reload the page."),
                )
            ]
        )
    if work.actor.id in (person.id, other_id):
        refuse([_own()])
    explain(work, person, found, reason)


def confirm_two_obstacles(work: Work, row: PersonTwin) -> Iterator[Refusal]:
    """A second person confirms, who is neither the first nor one of the two."""
    if row.confirmed_at is not None:
        yield Refusal("already_done", _("This is already confirmed."))
    if work.actor.id in (row.said_by_id, row.first_id, row.second_id):
        yield Refusal(
            "four_eyes",
            _("Separation of duties: you already acted on this record. A second person must do this."),
            who=who_may("role:grant"),
        )


def confirm_two(work: Work, row: PersonTwin) -> None:
    """Confirm, as second person, that two accounts are those of two people."""
    row = work.hold(row)
    work.require("role:grant")
    refuse(confirm_two_obstacles(work, row))
    person = work.db.get_one(Person, row.first_id)
    if not any(t.row is row and t.explained for t in queries.twins_of(work, person)):
        words = _("More is alike than was explained: the reason must be given again.")
        raise Refused(Refusal("more_alike", words, who=who_may("role:grant")))
    row.confirmed_by_id, row.confirmed_at = work.actor.id, work.now
    work.db.flush()
    work.record("person:twin_confirmed", person, data={"other": row.second_id, "signs": row.signs})
