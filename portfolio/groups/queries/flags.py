"""Red flags of a group: what its records raise, and what an act says; until two people clear one, no first money is paid (I4, D2, D4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from portfolio.documents.reference import figure
from portfolio.groups.models import Group, GroupAccount, Officer, RedFlag
from portfolio.kit.i18n import N_, date_text
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount
from portfolio.ledger import queries as ledger
from portfolio.work import Work

FLAG_WORDS = {
    "duplicate_account": N_("Account shared with another group"),
    "duplicate_phone": N_("Telephone shared with another group"),
    "overdue_advance": N_("Advance of another grant overdue"),
    "exclusion": N_("Excluded by an act"),
}


@dataclass(frozen=True)
class Flag:
    """One flag as it stands: `row` is what people wrote of it, None while nobody did."""

    kind: str
    key: str
    words: str
    row: RedFlag | None

    @property
    def open(self) -> bool:
        """Whether it still blocks."""
        return self.row is None or self.row.cleared_at is None


def get_flag(work: Work, group: Group, number: int) -> RedFlag | None:
    """One record of this group's flags."""
    found = work.db.get(RedFlag, number) if 0 < number < 2**62 else None
    return found if found is not None and found.group_id == group.id else None


def flags(work: Work, group: Group, but: str = "") -> list[Flag]:
    """Every flag of a group, cleared ones too; `but` is the grant that asks: its own advance is judged by its own rules."""
    rows = {
        (row.kind, row.key): row
        for row in work.db.scalars(select(RedFlag).where(RedFlag.group_id == group.id).order_by(RedFlag.id))
    }
    found = [*_accounts(work, group), *_phones(work, group), *_overdue(work, group, but)]
    made = [Flag(kind, key, words, rows.get((kind, key))) for kind, key, words in found]
    for (kind, key), row in rows.items():
        if kind == "exclusion" and (row.until_on is None or row.until_on >= work.today):
            made.append(Flag(kind, key, _exclusion(row), row))
    return made


def open_flags(work: Work, group: Group, but: str = "") -> list[Flag]:
    """Those that block."""
    return [flag for flag in flags(work, group, but) if flag.open]


def _accounts(work: Work, group: Group) -> Iterator[tuple[str, str, str]]:
    mine = select(GroupAccount.number_key).where(
        GroupAccount.group_id == group.id, GroupAccount.status != "retired"
    )
    statement = (
        select(Group.code, Group.name)
        .join(GroupAccount, GroupAccount.group_id == Group.id)
        .where(GroupAccount.number_key.in_(mine), GroupAccount.status != "retired", Group.id != group.id)
        .distinct()
    )
    for code, name in work.db.execute(statement.order_by(Group.code)):
        words = _("An account of the group is also held by %(name)s (%(code)s).")
        yield "duplicate_account", code, words % {"name": name, "code": code}


def _phones(work: Work, group: Group) -> Iterator[tuple[str, str, str]]:
    today = work.today
    here = select(Officer.phone).where(
        Officer.group_id == group.id, Officer.phone != "", or_(Officer.until.is_(None), Officer.until > today)
    )
    told = {phone for phone in (group.phone, *work.db.scalars(here)) if phone}
    if not told:
        return
    theirs = select(Officer.group_id).where(
        Officer.phone.in_(told), or_(Officer.until.is_(None), Officer.until > today)
    )
    statement = (
        select(Group.code, Group.name)
        .where(Group.id != group.id, or_(Group.phone.in_(told), Group.id.in_(theirs)))
        .order_by(Group.code)
    )
    for code, name in work.db.execute(statement):
        words = _("A telephone of the group is also that of %(name)s (%(code)s).")
        yield "duplicate_phone", code, words % {"name": name, "code": code}


def _overdue(work: Work, group: Group, but: str) -> Iterator[tuple[str, str, str]]:
    days = figure("overdue_days", work.today)
    before = work.today - timedelta(days=days + 1)
    table = ledger.table(work.db, "agreement", ["409"], party=group.code)
    for reference, accounts in sorted(table.items()):
        given, cleared = accounts.get("409", (0, 0))
        if not reference or reference == but or given <= cleared:
            continue
        question = ledger.Question(("409",), to_on=before, dims={"party": group.code, "agreement": reference})
        old = ledger.sums(work.db, question).debit_minor - cleared
        if old > 0:
            words = _("%(amount)s of grant %(agreement)s have been unjustified for more than %(days)d days.")
            yield (
                "overdue_advance",
                reference,
                words % {"amount": amount(old), "agreement": reference, "days": days},
            )


def _exclusion(row: RedFlag) -> str:
    said = {"act": row.act, "start": date_text(row.from_on), "end": date_text(row.until_on)}
    if row.until_on is None:
        return _("Excluded by act %(act)s from %(start)s on.") % said
    return _("Excluded by act %(act)s from %(start)s to %(end)s.") % said


def flagged(work: Work, grants: Mapping[int, str]) -> dict[int, list[str]]:
    """The kinds of the open flags of many groups at once, the same as `open_flags` says one by one: {group id: kinds}. `grants` names, for
    each group, the grant that asks. Six queries, whatever the number of groups."""
    if not grants:
        return {}
    raised = {(number, "duplicate_account", code) for number, code in _shared_accounts(work, grants)}
    raised |= {(number, "duplicate_phone", code) for number, code in _shared_phones(work, grants)}
    raised |= {(number, "overdue_advance", code) for number, code in _overdue_of(work, grants)}
    rows = {
        (row.group_id, row.kind, row.key): row
        for row in work.db.scalars(select(RedFlag).where(RedFlag.group_id.in_(grants)).order_by(RedFlag.id))
    }
    found: dict[int, list[str]] = {}
    for number, kind, key in sorted(raised):
        if (row := rows.get((number, kind, key))) is None or row.cleared_at is None:
            found.setdefault(number, []).append(kind)
    for (number, kind, _key), row in rows.items():
        if (
            kind == "exclusion"
            and row.cleared_at is None
            and (row.until_on is None or row.until_on >= work.today)
        ):
            found.setdefault(number, []).append(kind)
    return found


def _shared_accounts(work: Work, grants: Mapping[int, str]) -> list[tuple[int, str]]:
    mine, theirs = aliased(GroupAccount), aliased(GroupAccount)
    statement = (
        select(mine.group_id, Group.code)
        .join(theirs, (theirs.number_key == mine.number_key) & (theirs.group_id != mine.group_id))
        .join(Group, Group.id == theirs.group_id)
        .where(mine.group_id.in_(grants), mine.status != "retired", theirs.status != "retired")
        .distinct()
    )
    return [(int(number), str(code)) for number, code in work.db.execute(statement)]


def _shared_phones(work: Work, grants: Mapping[int, str]) -> list[tuple[int, str]]:
    serving = or_(Officer.until.is_(None), Officer.until > work.today)
    told = select(Group.id.label("group_id"), Group.phone.label("phone")).where(Group.phone != "")
    held = select(Officer.group_id, Officer.phone).where(Officer.phone != "", serving)
    mine, theirs = told.union(held).subquery(), told.union(held).subquery()
    statement = (
        select(mine.c.group_id, Group.code)
        .join(theirs, (theirs.c.phone == mine.c.phone) & (theirs.c.group_id != mine.c.group_id))
        .join(Group, Group.id == theirs.c.group_id)
        .where(mine.c.group_id.in_(grants))
        .distinct()
    )
    return [(int(number), str(code)) for number, code in work.db.execute(statement)]


def _overdue_of(work: Work, grants: Mapping[int, str]) -> Iterator[tuple[int, str]]:
    before = work.today - timedelta(days=figure("overdue_days", work.today) + 1)
    known = work.db.execute(select(Group.id, Group.code).where(Group.id.in_(grants)))
    codes = {code: number for number, code in known}
    left = ledger.nets(work.db, ("party", "agreement"), ["409"], party=list(codes))
    since = ledger.debits_after(work.db, "409", before, ("party", "agreement"))
    for (party, reference), net in left.items():
        number = codes[str(party)]
        if reference and reference != grants[number] and net - since.get((party, reference), 0) > 0:
            yield number, str(reference)
