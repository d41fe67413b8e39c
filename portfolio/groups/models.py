"""Groups, their office holders and accounts."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, validates

from portfolio.kit.db import Base, Code, Id, JsonList, Label, Long, Moment, Ref, distinct_people, status_check
from portfolio.kit.text import number_key
from portfolio.rulebook.lifecycles.groups import GROUP, GROUP_ACCOUNT

FLAGS = ("duplicate_account", "duplicate_phone", "overdue_advance", "exclusion")
"""Red flags: the first three are found in the records, an exclusion is an act (I4, D2, D4)."""

CATEGORIES = ("women", "youth", "cooperative", "committee", "association", "union")
OFFICES = ("president", "treasurer", "secretary")


class Group(Base):
    """A demandeur: groupement, association, cooperative, committee or union. Members are counted by sex and age."""

    __tablename__ = "grp"
    __table_args__ = (
        status_check(GROUP),
        distinct_people("created_by_id", "verified_by_id"),
        CheckConstraint(
            "women >= 0 AND men >= 0 AND youth >= 0 AND displaced >= 0 AND youth <= women + men AND displaced <= women + men",
            name="members_add_up",
        ),
        CheckConstraint(
            "category IN ('women', 'youth', 'cooperative', 'committee', 'association', 'union')",
            name="category_known",
        ),
        Index("ix_grp_folded", "folded"),
        Index("ix_grp_sound", "sound"),
        Index("ix_grp_phone", "phone"),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[Label]
    folded: Mapped[Label]
    """Code, name, village and registration folded, for searching without accents."""
    sound: Mapped[Label]
    legal_form: Mapped[Label]
    category: Mapped[Code]
    place_id: Mapped[Ref] = mapped_column(ForeignKey("place.id"))
    country: Mapped[str] = mapped_column(String(2))
    village: Mapped[Label] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    email: Mapped[str] = mapped_column(String(200), default="")
    founded_on: Mapped[date | None]
    registration: Mapped[Label] = mapped_column(default="")
    registration_kind: Mapped[Label] = mapped_column(default="")
    women: Mapped[int] = mapped_column(default=0)
    men: Mapped[int] = mapped_column(default=0)
    youth: Mapped[int] = mapped_column(default=0)
    displaced: Mapped[int] = mapped_column(default=0)
    note: Mapped[Long] = mapped_column(default="")
    hidden_place: Mapped[bool] = mapped_column(default=False)
    status: Mapped[Code] = mapped_column(default="registered")
    version: Mapped[int] = mapped_column(default=1)
    created_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[Moment]
    checked: Mapped[JsonList] = mapped_column(default=list)
    """What was seen when the group was verified, by code (D1)."""
    verified_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    verified_at: Mapped[Moment | None]
    blocked_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    blocked_at: Mapped[Moment | None]


class Officer(Base):
    """A member of the bureau, between two dates. One president and one treasurer at a time, and not the same person."""

    __tablename__ = "officer"
    __table_args__ = (
        Index("ix_officer_group", "group_id"),
        Index("ix_officer_sound", "sound"),
        Index("ix_officer_phone", "phone"),
        Index("ix_officer_id_key", "id_key"),
        CheckConstraint("office IN ('president', 'treasurer', 'secretary')", name="office_known"),
    )

    id: Mapped[Id]
    group_id: Mapped[Ref] = mapped_column(ForeignKey("grp.id"))
    office: Mapped[Code]
    full_name: Mapped[Label]
    sound: Mapped[Label]
    sex: Mapped[str | None] = mapped_column(String(1))
    phone: Mapped[str] = mapped_column(String(20), default="")
    id_kind: Mapped[Label] = mapped_column(default="")
    id_number: Mapped[str] = mapped_column(String(60), default="")
    id_key: Mapped[str] = mapped_column(String(60), default="")
    """The number of the paper however it was written, to be compared (M14)."""
    can_sign: Mapped[bool] = mapped_column(default=True)
    since: Mapped[date]
    until: Mapped[date | None]
    act: Mapped[Label] = mapped_column(default="")

    @validates("id_number")
    def _comparable(self, _column: str, value: str) -> str:
        self.id_key = number_key(value or "")[:60]
        return value


class GroupAccount(Base):
    """Where a group is paid. Proposed by one person, verified by another, and left to cool for a day before the first payment (M12)."""

    __tablename__ = "group_account"
    __table_args__ = (
        status_check(GROUP_ACCOUNT),
        distinct_people("created_by_id", "verified_by_id"),
        CheckConstraint("kind IN ('bank', 'sfd', 'mobile', 'cash')", name="kind_known"),
        Index("ix_group_account_group", "group_id"),
        Index("ix_group_account_number", "number"),
        Index("ix_group_account_number_key", "number_key"),
    )

    id: Mapped[Id]
    group_id: Mapped[Ref] = mapped_column(ForeignKey("grp.id"))
    country: Mapped[str] = mapped_column(String(2))
    kind: Mapped[Code]
    provider: Mapped[Label]
    holder: Mapped[Label]
    number: Mapped[str] = mapped_column(String(60))
    number_key: Mapped[str] = mapped_column(String(60), default="")
    """The number however it was written, to be compared (M14)."""
    status: Mapped[Code] = mapped_column(default="proposed")
    created_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[Moment]
    verified_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    verified_at: Mapped[Moment | None]

    @validates("number", "country")
    def _comparable(self, column: str, value: str) -> str:
        row = {"number": self.number, "country": self.country, column: value}
        self.number_key = number_key(row["number"] or "", row["country"] or "")[:60]
        return value


class RedFlag(Base):
    """An exclusion by an act, or what two people decided of a flag that the records raise: until then no first money is paid (I4, D2)."""

    __tablename__ = "red_flag"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('duplicate_account', 'duplicate_phone', 'overdue_advance', 'exclusion')",
            name="kind_known",
        ),
        distinct_people("proposed_by_id", "cleared_by_id"),
        CheckConstraint("cleared_at IS NULL OR clear_reason <> ''", name="cleared_says_why"),
        CheckConstraint(
            "kind <> 'exclusion' OR (act <> '' AND from_on IS NOT NULL)", name="exclusion_has_act"
        ),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="dates_in_order"),
        UniqueConstraint("group_id", "kind", "key", name="uq_red_flag_key"),
    )

    id: Mapped[Id]
    group_id: Mapped[Ref] = mapped_column(ForeignKey("grp.id"))
    kind: Mapped[Code]
    key: Mapped[str] = mapped_column(String(100))
    """What it is about: the other group, the grant, the act. The same matter is decided once."""
    act: Mapped[Label] = mapped_column(default="")
    reason: Mapped[Long] = mapped_column(default="")
    from_on: Mapped[date | None]
    until_on: Mapped[date | None]
    document_id: Mapped[Ref | None] = mapped_column(ForeignKey("document.id"))
    raised_by_id: Mapped[Ref] = mapped_column(ForeignKey("person.id"))
    raised_at: Mapped[Moment]
    clear_reason: Mapped[Long] = mapped_column(default="")
    proposed_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[Moment | None]
    cleared_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    cleared_at: Mapped[Moment | None]
