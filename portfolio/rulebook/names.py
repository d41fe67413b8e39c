"""Files that name the people of a group: a list of members, the papers of its officers (F15, P06)."""

from __future__ import annotations

NAMED_KINDS = frozenset({"piece:member_list", "piece:officers_papers"})
"""Kinds of files that list people, as `Document.kind` says them."""
READERS = ("group:view_names", "own:view")
"""Who opens them, on the very record they belong to: whoever works with the group's people, and the group itself."""
