"""Files that name the people of a group: a list of members, the papers of its officers (F15, P06)."""

from __future__ import annotations

from portfolio.actor import Actor

NAMED_KINDS = frozenset({"piece:member_list", "piece:officers_papers"})
"""Kinds of files that list people, as `Document.kind` says them."""
READERS = ("group:view_names", "own:view")
"""Who reads them, on the very record they belong to: whoever works with the group's people, and the group itself."""


def open_to(actor: Actor | None, kind: str, record: object) -> bool:
    """Whether this person may open a file of this kind of this record, which they may see."""
    return kind not in NAMED_KINDS or (
        actor is not None and any(actor.may(permission, record) for permission in READERS)
    )
