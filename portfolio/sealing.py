"""What a piece of work collects while it goes on, and seals at commit: ledger head, then audit head, once, last, in that order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from portfolio.audit.service import Happening, plain, record
from portfolio.kit.db import Base
from portfolio.ledger.service import Dims, Original, Transfer, post, reverse
from portfolio.rulebook.events import WORDS
from portfolio.rulebook.postings import POSTINGS, TREASURY


class Collected:
    """The events and transfers of one transaction, before they have their numbers."""

    def __init__(self) -> None:
        self.happenings: list[Happening] = []
        self.transfers: list[Transfer] = []
        self._acts = 0

    def happen(
        self,
        event: str,
        thing: Base,
        *,
        at: datetime,
        actor_id: int | None,
        capacity: str | None = None,
        before: str | None = None,
        after: str | None = None,
        reason: str | None = None,
        data: Mapping[str, object] | None = None,
    ) -> None:
        """Collect one event. Raises KeyError when the rulebook does not know it."""
        if event not in WORDS:
            raise KeyError(f"{event} is not in the rulebook")
        self.happenings.append(
            Happening(
                event=event,
                subject_type=thing.__tablename__,
                subject_id=thing.id,  # type: ignore[attr-defined]
                at=at,
                actor_id=actor_id,
                capacity=capacity,
                subject_ref=getattr(thing, "reference", None),
                before=before,
                after=after,
                reason=reason,
                data={name: plain(value) for name, value in (data or {}).items()},
            )
        )

    def post(
        self,
        key: str,
        thing: Base,
        measures: Mapping[str, int],
        dims: Dims,
        *,
        at: datetime,
        actor_id: int,
        document: str | None = None,
        treasury: str | None = None,
        dated_on: date | None = None,
        accounts: Mapping[str, str] | None = None,
        reason: str | None = None,
        value_on: date | None = None,
    ) -> None:
        """Collect the transfers of one event; amounts of zero move nothing. `treasury` is the kind of the institution's account
        behind a posting that says `treasury`; `accounts` names any other placeholder; `value_on` is the date of value of what comes late."""
        self._acts += 1
        named = dict(accounts or {})
        if treasury is not None:
            named["treasury"] = TREASURY[treasury]
        for row in POSTINGS[key]:
            amount = measures.get(row.measure, 0)
            if amount < 0:
                raise ValueError(f"{key}: a negative amount")
            if amount == 0:
                continue
            self.transfers.append(
                Transfer(
                    event=key.partition("#")[0],
                    debit=named.get(row.debit, row.debit),
                    credit=named.get(row.credit, row.credit),
                    amount_minor=amount,
                    amount_currency=getattr(thing, "amount_currency", "XOF"),
                    dated_on=dated_on or at.date(),
                    at=at,
                    subject_type=thing.__tablename__,
                    subject_id=thing.id,  # type: ignore[attr-defined]
                    actor_id=actor_id,
                    act=self._acts,
                    dims=dims,
                    document=document or getattr(thing, "reference", None),
                    reason=reason,
                    value_on=value_on,
                )
            )

    def reverse(self, originals: Sequence[Original], reason: str, *, at: datetime, actor_id: int) -> None:
        """Collect the contre-passation of one act (M07, M08)."""
        self._acts += 1
        self.transfers += reverse(originals, reason, at=at, actor_id=actor_id, act=self._acts)

    def seal_entries(self, session: Session) -> None:
        """Number, chain and insert the entries collected so far, before the commit: a paper of the same act prints the head after them (T06).
        The ledger stays locked until the commit."""
        post(session, self.transfers)
        self.transfers.clear()

    def seal(self, session: Session) -> None:
        """Number, chain and insert everything collected."""
        self.seal_entries(session)
        record(session, self.happenings)
