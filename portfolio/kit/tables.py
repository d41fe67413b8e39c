"""Reference tables shipped inside the product: UTF-8 CSV whose first line names source and licence."""

import csv
from collections.abc import Iterator
from datetime import date
from importlib import resources


def rows(package: str, name: str) -> Iterator[dict[str, str]]:
    """The rows of `<package>/data/<name>`, as text; an empty cell is an empty string."""
    yield from csv.DictReader(_lines(package, name)[1:])


def provenance(package: str, name: str) -> str:
    """The comment line of a table (source, licence), for the "À propos" page.

    Raises `ValueError` when the line is missing: a table without its licence may not be shipped.
    """
    first = _lines(package, name)[0]
    if not first.startswith("# source:") or "licence:" not in first:
        raise ValueError(f"{package}/data/{name}: no source and licence line")
    return first.removeprefix("#").strip()


def _lines(package: str, name: str) -> list[str]:
    # Tables hold no line break inside a cell, so that a line of the file is always a row.
    return resources.files(package).joinpath("data", name).read_text(encoding="utf-8").splitlines()


def optional_date(text: str) -> date | None:
    """An ISO date, or None for an empty cell (unknown, or still valid)."""
    return date.fromisoformat(text) if text else None
