"""Work: one actor, one moment, one transaction, one idempotency key; and the one engine that moves a status.

`hold` locks a row and reads it fresh; `advance` applies a row of the rulebook: status → permission → separation of duties → change →
event → postings; `commit` seals: ledger head, then audit head, locked once, last, in that order. (Heads locked inside each `advance`: 8 commits/s and
deadlocks on PostgreSQL; once, last: 548/s and none. Source: joints, "Chain heads".)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from portfolio.actor import Actor, Grant, same_person, within
from portfolio.audit.service import Happening, commitments, plain, record
from portfolio.kit.db import Base
from portfolio.kit.errors import FieldError, Forbidden, Invalid, NotFound, Refusal, Refused, SignInNeeded
from portfolio.kit.errors import refuse as refuse_all
from portfolio.kit.i18n import datetime_text, pgettext
from portfolio.kit.i18n import gettext as _
from portfolio.kit.lifecycle import Lifecycle, Move
from portfolio.ledger.service import Dims, Original, late
from portfolio.numbering.service import give
from portfolio.origin import Answer, Origin, Surroundings
from portfolio.outbox.service import claim, enqueue, remember
from portfolio.rulebook.events import PERSONAL
from portfolio.rulebook.permissions import who_may
from portfolio.rulebook.postings import POSTINGS
from portfolio.sealing import Collected

T = TypeVar("T", bound=Base)


class Work:
    """One transaction by one actor at one moment. Services receive it, never commit it."""

    def __init__(
        self,
        around: Surroundings,
        *,
        readonly: bool = False,
        actor: Actor | None = None,
        origin: Origin | None = None,
    ) -> None:
        self.around = around
        self.origin = origin or Origin()
        self.readonly = readonly
        self.now: datetime = around.clock.now()
        self._actor = actor
        self._actor_known = actor is not None
        self._fixed_actor = actor
        self._session: Session | None = None
        self._closed = False
        self._clean()

    def _clean(self) -> None:
        self._collected = Collected()
        self._held: set[tuple[str, int]] = set()
        if self._fixed_actor is not None:
            self._actor, self._actor_known = self._fixed_actor, True

    # -- who and when -------------------------------------------------------------------------------------------

    @property
    def today(self) -> date:
        """The date of this moment, in UTC."""
        return self.now.date()

    @property
    def db(self) -> Session:
        """The session, opened at first use and in the endpoint's own thread."""
        if self._closed:
            raise RuntimeError("this work is over")
        if self._session is None:
            self._session = self.around.database.session(readonly=self.readonly)
        return self._session

    @property
    def maybe_actor(self) -> Actor | None:
        """The actor, or None for a visitor. Loaded once, when first asked."""
        if not self._actor_known:
            if self.origin.token:
                self._actor = self.around.load_actor(self.db, self.origin.token, self.now)
            self._actor_known = True
        return self._actor

    @property
    def known_actor(self) -> Actor | None:
        """The actor if already asked for; reads nothing."""
        return self._actor

    @property
    def actor(self) -> Actor:
        """The actor. Raises SignInNeeded for a visitor."""
        if (actor := self.maybe_actor) is None:
            raise SignInNeeded
        return actor

    def may(self, permission: str, thing: object | None = None) -> bool:
        """Whether the actor holds the permission on this thing; never raises."""
        return (actor := self.maybe_actor) is not None and actor.may(permission, thing)

    def require(self, permission: str, thing: object | None = None, amount_minor: int | None = None) -> Grant:
        """The grant to act under. Raises Forbidden with the roles that may, Refused above the ceiling of a delegation (R10)."""
        grant = self.actor.grant_for(permission, thing)
        if grant is None:
            raise Forbidden(permission, _("This act belongs to: %(roles)s.") % {"roles": who_may(permission)})
        fits = self.actor.grant_for(permission, thing, amount_minor)
        if fits is None:
            raise Refused(
                Refusal(
                    "above_ceiling",
                    _("The amount is above what your delegation lets you sign."),
                    who=who_may(permission),
                )
            )
        return fits

    def within(self, permission: str, model: Any) -> ColumnElement[bool]:
        """The SQL clause that keeps a list to what the actor may see."""
        return within(self.maybe_actor, permission, model)

    # -- reading and locking -------------------------------------------------------------------------------------

    def fetch(self, model: type[T], number: int, permission: str) -> T:
        """The row with this id, if the actor may see it; NotFound otherwise, without saying which (Z03)."""
        statement = select(model).where(model.__table__.c.id == number, self.within(permission, model))
        found = self.db.scalars(statement).one_or_none() if 0 < number < 2**62 else None
        if found is None:
            raise NotFound
        return found

    def hold(self, thing: T) -> T:
        """Lock the row and read it again: the first line of every verb. Keys stay shareable (FOR NO KEY UPDATE)."""
        kind = type(thing)
        number: int = thing.id  # type: ignore[attr-defined]
        self.db.flush()
        held = self.db.get(
            kind, number, with_for_update={"of": kind, "key_share": True}, populate_existing=True
        )
        if held is None:
            raise NotFound
        self._held.add((kind.__tablename__, number))
        return held

    # -- writing -------------------------------------------------------------------------------------------------

    def create(
        self,
        thing: T,
        event: str,
        *,
        permission: str | None = None,
        reason: str | None = None,
        data: Mapping[str, object] | None = None,
    ) -> T:
        """Store a new record and say so in the trail."""
        if permission is not None:
            self.require(permission, thing)
        self.db.add(thing)
        self.db.flush()
        self._held.add((type(thing).__tablename__, thing.id))  # type: ignore[attr-defined]
        self.record(event, thing, reason=reason, data=data, after=getattr(thing, "status", None))
        return thing

    def edit(
        self,
        thing: Base,
        event: str,
        *,
        permission: str,
        version: int | None = None,
        reason: str | None = None,
        **changes: object,
    ) -> None:
        """Change columns other than the status, keeping old and new. A stale `version` is refused with both texts kept (C05)."""
        self._must_be_held(thing)
        self.require(permission, thing)
        current = getattr(thing, "version", None)
        if version is not None and current is not None and version != current:
            raise Refused(
                Refusal(
                    "changed_meanwhile",
                    _(
                        "Somebody changed this record while you were writing. Your text is kept below: compare, then save again."
                    ),
                )
            )
        diff = self._apply(thing, changes)
        if current is not None and diff:
            thing.version = current + 1  # type: ignore[attr-defined]
        if diff:
            self.db.flush()
            self.record(event, thing, data=diff, reason=reason)

    def advance(
        self,
        lifecycle: Lifecycle,
        thing: Base,
        verb: str,
        *,
        reason: str | None = None,
        data: Mapping[str, object] | None = None,
        case: str | None = None,
        measures: Mapping[str, int] | None = None,
        dims: Dims | None = None,
        document: str | None = None,
        treasury: str | None = None,
        value_on: date | None = None,
        permission_on: object | None = None,
        **changes: object,
    ) -> Move:
        """Apply one row of the rulebook to a held record, or raise: Refused (wrong status, same person), Forbidden, Invalid (no reason).

        `measures` are the minor units the postings move; `case` picks `event#case`; `treasury` is the kind of the institution's account
        behind a posting that says `treasury`; `permission_on` is the record whose scope decides, when it is not `thing`.
        """
        self._must_be_held(thing)
        status: str = thing.status  # type: ignore[attr-defined]
        move = lifecycle.find(verb, status)
        if move is None:
            raise Refused(self._wrong_status(lifecycle, thing, verb))
        total = (measures or {}).get("amount")
        grant = self.require(move.permission, permission_on or thing, total)
        refuse_all(same_person(self.actor, move, thing))
        if move.reason and not (reason or "").strip():
            raise Invalid(
                [FieldError("reason", _("Give the reason in a sentence: it is kept with the record."))]
            )
        diff = self._apply(thing, changes)
        thing.status = move.target  # type: ignore[attr-defined]
        for stamp in move.stamps:
            setattr(thing, f"{stamp}_by_id", self.actor.id)
            setattr(thing, f"{stamp}_at", self.now)
        if hasattr(thing, "version"):
            thing.version += 1
        self.db.flush()
        key = f"{move.event}#{case}" if case else move.event
        self._happen(
            move.event,
            thing,
            before=status,
            after=move.target,
            reason=reason,
            data={**diff, **(data or {})},
            capacity=grant.capacity,
        )
        if key in POSTINGS:
            self.post(
                key,
                thing,
                measures or {},
                dims or Dims(),
                document=document,
                treasury=treasury,
                value_on=value_on,
            )
        elif move.event in POSTINGS or any(k.startswith(f"{move.event}#") for k in POSTINGS):
            raise KeyError(f"{move.event} posts only by case, not {key}")
        return move

    def record(self, event: str, thing: Base, **facts: Any) -> None:
        """Put in the trail something that moves no status: `reason`, `data`, `after` as `Collected.happen` takes them."""
        self._happen(event, thing, **facts)

    def post(
        self,
        key: str,
        thing: Base,
        measures: Mapping[str, int],
        dims: Dims,
        *,
        value_on: date | None = None,
        **options: Any,
    ) -> None:
        """Collect the transfers of one event of the rulebook; see `Collected.post` for the options, `late` for the date of value."""
        if value_on is not None:
            options |= late(self.db, value_on, self.today)
        self._collected.post(key, thing, measures, dims, at=self.now, actor_id=self.actor.id, **options)

    def reverse(self, originals: Sequence[Original], reason: str) -> None:
        """Collect the contre-passation of the entries of one act (M07)."""
        self._collected.reverse(originals, reason, at=self.now, actor_id=self.actor.id)

    def number(self, kind: str, thing_type: str, *, year: int | None = None) -> str:
        """The next gapless reference of a kind, for example `CONV-2026-00042-K`."""
        return give(self.db, kind, thing_type, year or self.today.year, self.now)

    def enqueue(self, job: str, **payload: object) -> int | None:
        """Ask for something to be done after the commit; its number in the outbox."""
        return enqueue(self.db, job, payload, self.now)

    def seal_entries(self) -> None:
        """Enter this act's entries now: the paper that it issues next carries the head after them (T06)."""
        self._collected.seal_entries(self.db)

    # -- the end -------------------------------------------------------------------------------------------------

    def seen_before(self) -> Answer | None:
        """Claim the idempotency key; the answer already given to it, if any. Raises Invalid without a key, KeyReused for another body."""
        key = self.origin.key
        if not key or len(key) > 80:
            words = _(
                "This page is too old to be sent. Reload it and send again: what you typed is kept below."
            )
            raise Invalid([FieldError("", words)])
        given = claim(self.db, self._who(), key, self.origin.body_hash, self.now)
        return None if given is None else Answer(given.code or 303, given.location)

    def remember(self, status: int, location: str | None) -> None:
        """Keep the answer for a replay of the same key."""
        if self.origin.key:
            remember(self.db, self._who(), self.origin.key, status, location)

    def commit(self) -> None:
        """Seal and commit: ledger head, audit head, COMMIT. Nothing else may follow in this work."""
        self.db.flush()
        self._collected.seal(self.db)
        self.db.commit()
        self._clean()

    def undo(self) -> None:
        """Roll back everything, explicitly: a failed COMMIT on SQLite followed by close() alone would poison the pool."""
        if self._session is not None:
            self._session.rollback()
            self._session.expunge_all()
        self._actor, self._actor_known = self._fixed_actor, self._fixed_actor is not None
        self._clean()

    def close(self, *, for_good: bool = True) -> None:
        """Give the connection back. Between two tries the work can be opened again."""
        if self._session is not None:
            self._session.close()
            self._session = None
        self._closed = for_good

    def testify(
        self,
        event: str,
        subject_type: str,
        subject_id: int,
        *,
        data: Mapping[str, object] | None = None,
        actor_id: int | None = None,
    ) -> None:
        """Leave a trace of a refusal in its own transaction, after the rollback (A12)."""
        happening = Happening(event, subject_type, subject_id, self.now, actor_id, data=dict(data or {}))
        with self.around.database.apart() as session:
            record(session, [happening])

    # -- inside --------------------------------------------------------------------------------------------------

    def _who(self) -> str:
        actor = self.maybe_actor
        return str(actor.id) if actor else f"visitor:{self.origin.visitor[:60]}"

    def _must_be_held(self, thing: Base) -> None:
        if (type(thing).__tablename__, thing.id) not in self._held:  # type: ignore[attr-defined]
            raise AssertionError(
                f"{type(thing).__name__} was not held: work.hold(thing) is a verb's first line"
            )

    def _wrong_status(self, lifecycle: Lifecycle, thing: Base, verb: str) -> Refusal:
        move = lifecycle.verb(verb)
        label = pgettext(lifecycle.noun, lifecycle.state(thing.status).label)  # type: ignore[attr-defined]
        for stamp in move.stamps:
            person, at = getattr(thing, f"{stamp}_by_id", None), getattr(thing, f"{stamp}_at", None)
            if person and at:
                name = self.around.names_of(self.db, [person]).get(person, "?")
                words = _("Already done by %(name)s on %(when)s. Present status: %(status)s.")
                return Refusal(
                    "already_done", words % {"name": name, "when": datetime_text(at), "status": label}
                )
        return Refusal(
            "wrong_status",
            _("This cannot be done in the present status: %(status)s. Reload the page.") % {"status": label},
        )

    def _apply(self, thing: Base, changes: Mapping[str, object]) -> dict[str, object]:
        diff: dict[str, object] = {}
        for name, value in changes.items():
            old = getattr(thing, name)
            if old == value:
                continue
            diff[name] = (
                commitments(self.db, thing.__tablename__, thing.id, old, value)  # type: ignore[attr-defined]
                if name in PERSONAL
                else [plain(old), plain(value)]
            )
            setattr(thing, name, value)
        return diff

    def _happen(self, event: str, thing: Base, capacity: str | None = None, **facts: Any) -> None:
        actor = self.maybe_actor
        self._collected.happen(
            event, thing, at=self.now, actor_id=actor.id if actor else None, capacity=capacity, **facts
        )
