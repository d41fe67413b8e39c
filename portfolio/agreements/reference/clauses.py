"""Templates of the agreement and of its amendments: numbered articles in plain text with named placeholders, versioned and hashed (I1, I2).

    Article 7 — Compte [si pays ML, NE]

    [si compte] Les sommes sont versées sur le {compte_nature} …
    [si non compte] Les sommes sont versées sur un compte …
    [tableau échéancier]

A line is a sentence, kept when its condition holds; lines in a row make a paragraph; an empty line ends it.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from importlib import resources

from portfolio.agreements.reference.placeholders import CATALOGUE, FLAGS, LISTS, TABLES
from portfolio.kit.errors import FieldError, Invalid
from portfolio.kit.i18n import gettext as _

SHIPPED = (("convention", 1), ("avenant", 1))
"""Versions shipped with the product, each in `data/<code>-<version>.txt`; a text that was shipped never changes."""

_ARTICLE = re.compile(r"Article (premier|\d{1,3}) — ([^\[\]]+?)(?: \[si ([^\[\]]+)\])?")
_SENTENCE = re.compile(r"(?:\[si ([^\[\]]+)\] )?([^\[\]]+)")
_TABLE = re.compile(r"\[tableau ([^\[\]]+)\]")
NAME = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True)
class Test:
    """One condition: a flag, or a code among those listed; or its contrary."""

    name: str
    among: tuple[str, ...] = ()
    contrary: bool = False


@dataclass(frozen=True)
class Sentence:
    """A line of a paragraph."""

    text: str
    tests: tuple[Test, ...] = ()


@dataclass
class Clause:
    """An article: paragraphs of sentences, and the table that stands after them."""

    number: int
    title: str
    tests: tuple[Test, ...] = ()
    paragraphs: list[list[Sentence]] = field(default_factory=lambda: [[]])
    table: str = ""


@dataclass(frozen=True)
class Template:
    """One version of a template. `hash` covers its text, its title and its day."""

    code: str
    version: int
    title: str
    valid_from: date
    source: str
    body: str
    language: str = "fr"

    @property
    def hash(self) -> str:
        """SHA-256 of everything that the version says."""
        parts = [
            self.code,
            self.version,
            self.title,
            self.language,
            self.valid_from.isoformat(),
            self.source,
            self.body,
        ]
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """The articles of the text. Raises Invalid as `read` does."""
        return read(self.code, self.body)


def plain(body: str) -> str:
    """The text as it is kept and hashed: lines without blanks at their ends, nothing before or after."""
    return "\n".join(line.rstrip() for line in body.replace("\r\n", "\n").strip().split("\n"))


@functools.lru_cache(maxsize=64)
def read(code: str, body: str) -> tuple[Clause, ...]:
    """The articles of a text. Raises Invalid with every fault, line by line: unknown placeholder, unguarded value, table lost, number missing."""
    found: list[Clause] = []
    wrong: list[FieldError] = []
    for number, line in enumerate(body.split("\n"), 1):
        try:
            _line(code, found, line.strip())
        except ValueError as fault:
            wrong.append(
                FieldError("body", _("Line %(number)d: %(fault)s") % {"number": number, "fault": str(fault)})
            )
    wrong += [FieldError("body", fault) for fault in _whole(code, found)]
    if wrong:
        raise Invalid(wrong)
    for clause in found:
        clause.paragraphs = [p for p in clause.paragraphs if p]
    return tuple(found)


def _line(code: str, found: list[Clause], line: str) -> None:
    if head := _ARTICLE.fullmatch(line):
        number = 1 if head[1] == "premier" else int(head[1])
        found.append(Clause(number, head[2].strip(), _tests(code, head[3])))
    elif not found:
        if line:
            raise ValueError(_("the text begins with « Article premier — Title »."))
    elif not line:
        if found[-1].paragraphs[-1]:
            found[-1].paragraphs.append([])
    elif table := _TABLE.fullmatch(line):
        if table[1] not in TABLES[code]:
            raise ValueError(_("« %(name)s » is not a table of this template.") % {"name": table[1]})
        if found[-1].table:
            raise ValueError(_("an article has one table."))
        found[-1].table = table[1]
    elif words := _SENTENCE.fullmatch(line):
        sentence = Sentence(words[2].strip(), _tests(code, words[1]))
        _named(code, sentence, found[-1].tests)
        found[-1].paragraphs[-1].append(sentence)
    else:
        raise ValueError(_("brackets only hold a condition at the beginning of a sentence, or a table."))


def _tests(code: str, words: str | None) -> tuple[Test, ...]:
    return tuple(_test(code, each.strip()) for each in words.split(" et ")) if words else ()


def _test(code: str, words: str) -> Test:
    contrary = words.startswith("non ")
    name, _space, codes = words.removeprefix("non ").partition(" ")
    among = tuple(part.strip() for part in codes.split(",") if part.strip())
    if name in FLAGS[code] and not codes:
        return Test(name, (), contrary)
    if name in LISTS[code] and among:
        return Test(name, among, contrary)
    raise ValueError(_("« %(words)s » is not a condition of this template.") % {"words": words})


def _named(code: str, sentence: Sentence, outer: tuple[Test, ...]) -> None:
    """Every name is of the catalogue, and stands where it has a value."""
    rest = NAME.sub("", sentence.text)
    if "{" in rest or "}" in rest:
        raise ValueError(_("a brace is open or closed without a name, written {like_this}."))
    stated = {t.name for t in (*outer, *sentence.tests) if not t.contrary and not t.among}
    for name in NAME.findall(sentence.text):
        known = CATALOGUE[code].get(name)
        if known is None:
            raise ValueError(_("« {%(name)s} » is not a placeholder of this template.") % {"name": name})
        if known.given and known.given not in stated:
            raise ValueError(
                _("« {%(name)s} » may have no value: begin its sentence with [si %(given)s].")
                % {"name": name, "given": known.given}
            )


def _whole(code: str, found: list[Clause]) -> Iterator[str]:
    """What only the whole text shows: its numbers in a row, its tables, no article without a word."""
    numbers = [clause.number for clause in found]
    if (
        sorted(set(numbers)) != list(range(1, len(set(numbers)) + 1))
        or numbers != sorted(numbers)
        or not numbers
    ):
        yield _("Articles are numbered in order from the first, without a gap.")
    for number, times in Counter(numbers).items():
        if times > 1 and any(not c.tests for c in found if c.number == number):
            yield _("Article %(number)d is written several times: each of them needs its condition.") % {
                "number": number
            }
    for clause in found:
        if not clause.table and not any(clause.paragraphs):
            yield _("Article %(number)d has no text.") % {"number": clause.number}
    placed = Counter(clause.table for clause in found if clause.table)
    for name in TABLES[code]:
        if placed[name] != 1:
            yield _("The table « %(name)s » must stand once: [tableau %(name)s].") % {"name": name}


@functools.cache
def shipped() -> tuple[Template, ...]:
    """The versions of the product. Raises Invalid when one of them does not read: the product does not start with a wrong clause."""
    return tuple(_shipped(code, version) for code, version in SHIPPED)


def _shipped(code: str, version: int) -> Template:
    text = (
        resources.files("portfolio.agreements").joinpath("data", f"{code}-{version}.txt").read_text("utf-8")
    )
    head, _blank, body = text.partition("\n\n")
    said = dict(line.removeprefix("# ").split(": ", 1) for line in head.splitlines())
    if said["code"] != code or int(said["version"]) != version or not said["licence"]:
        raise ValueError(f"{code}-{version}.txt: head does not match")
    template = Template(
        code,
        version,
        said["title"],
        date.fromisoformat(said["valid_from"]),
        said["source"],
        plain(body),
        said["language"],
    )
    read(code, template.body)
    return template
