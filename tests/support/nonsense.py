"""What people and programs type where something else is asked, and how a browser sends it."""

from __future__ import annotations

BAD = (
    "", " ", "-1", "abc", "1e9", "٣", "=1+1", "<script>alert(1)</script>", "\x00", "\ud800", "9" * 30, "31/02/2026", "2026-13-45",
    "é" * 6000,
)  # fmt: skip


def sent_as(value: str, most: int = 40) -> str:
    """What a browser can put in an address: half a surrogate becomes the sign of what cannot be said."""
    return value[:most].encode("utf-8", "replace").decode()
