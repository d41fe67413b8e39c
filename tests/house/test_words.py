"""Every word that a page can show has its French."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

from portfolio.app import load_rooms
from portfolio.kit.db import Base
from portfolio.kit.i18n import has_words
from portfolio.web.timeline import HIDDEN
from tests.house.sources import ROOT

Key = tuple[str | None, str]  # context, msgid
METHODS = [("portfolio/**.py", "python"), ("templates/**", "jinja2")]
OPTIONS = {"templates/**": {"extensions": "jinja2.ext.i18n,jinja2.ext.do,jinja2.ext.loopcontrols",
                            "trimmed": "true", "silent": "false"}}


@functools.cache
def used() -> dict[Key, str]:
    """What the code and the templates say, and where it is first said."""
    found: dict[Key, str] = {}
    for folder in ("portfolio", "templates"):
        if not (ROOT / folder).exists():
            continue
        methods = [(pattern.removeprefix(f"{folder}/"), method) for pattern, method in METHODS
                   if pattern.startswith(folder)]
        options = {pattern.removeprefix(f"{folder}/"): value for pattern, value in OPTIONS.items()}
        keywords = {**DEFAULT_KEYWORDS, "lazy": None, "lazy_gettext": None}
        for name, line, message, _comments, context in extract_from_dir(
                ROOT / folder, methods, options, keywords=keywords):
            msgid = message if isinstance(message, str) else message[0]
            if msgid:
                found.setdefault((context, msgid), f"{folder}/{name}:{line}")
    return found


def catalogues() -> Iterator[tuple[Path, Message]]:
    for path in sorted((ROOT / "portfolio" / "locale" / "fr").glob("*.po")):
        with path.open("rb") as source:
            for message in read_po(source, locale="fr", abort_invalid=True):
                if message.id:
                    yield path, message


@functools.cache
def french() -> dict[Key, tuple[str, ...]]:
    """The merged catalogue, without what is empty or fuzzy: what `portfolio.kit.i18n` can say."""
    words: dict[Key, tuple[str, ...]] = {}
    for _path, message in catalogues():
        forms = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        msgid = message.id if isinstance(message.id, str) else message.id[0]
        if all(forms) and not message.fuzzy:
            words[message.context, msgid] = tuple(map(str, forms))
    return words


def test_every_message_has_its_french() -> None:
    missing: dict[str, list[str]] = defaultdict(list)
    for (context, msgid), place in used().items():
        if (context, msgid) not in french() and (None, msgid) not in french():
            missing[place.rpartition(":")[0]].append(f"{f'[{context}] ' if context else ''}{msgid!r}")
    report = [f"{place} ({len(words)})\n  " + "\n  ".join(words) for place, words in sorted(missing.items())]
    total = sum(map(len, missing.values()))
    assert not missing, f"{total} messages without French:\n" + "\n".join(report)


def test_no_translation_is_fuzzy_or_empty() -> None:
    bad = [f"{path.name}: {message.id!r}" for path, message in catalogues()
           if message.fuzzy or not message.string or (
               isinstance(message.string, (tuple, list)) and not all(message.string))]
    assert bad == []


def test_one_message_says_one_thing() -> None:
    """Catalogues are merged: were a message translated twice, the order of the files would decide."""
    said: dict[tuple[str | None, object], tuple[str, object]] = {}
    clashes = []
    for path, message in catalogues():
        key = (message.context, message.id if isinstance(message.id, str) else message.id[0])
        first, words = said.setdefault(key, (path.name, message.string))
        if words != message.string:
            clashes.append(f"{key[1]!r}: {first} says {words!r}, {path.name} says {message.string!r}")
    assert clashes == []


def test_translations_keep_their_placeholders() -> None:
    """A lost `%(name)s` is a fact that the reader does not see; an invented one is a 500."""
    bad = []
    for path, message in catalogues():
        bad += [f"{path.name}: {message.id!r}: {error}" for error in message.check()]
    assert bad == []


def test_what_a_template_says_can_be_filled() -> None:
    """Templates fill every message that holds a « % »: a bare one in the French alone is a 500."""
    bad = []
    for key, place in used().items():
        for said in french().get(key, ()):
            if place.startswith("templates/") and re.search(r"%(?!\()", said.replace("%%", "")):
                bad.append(f"{place}: {key[1]!r}: {said!r}")
    assert bad == []


MACHINE = frozenset(
    "actor after agreement already answers assistance attempts authenticated_at author before browser by call changes computed "
    "credit currency data debit document document_sha256 done_at error errors event folded form found_at fund funds given_at hash head_seq "
    "first_seq invoice_key key last last_seen_at last_seq line line_key listing locale matched_key media_type pages_saved party path payload "
    "preferences prefix previous query reverses salt score search seen_at seq sha256 sound started_at subject_ref subject_type succeeded "
    "tenths tranche treasury village_folded id_key number_key register_key tax_key id version created_at status".split()
)
"""Columns that no history shows: of tables that only grow, of the machine, or told better by the page."""


def test_every_column_of_a_history_has_words() -> None:
    """A reader once met « committed on » in a French history."""
    load_rooms()
    bare = {
        f"{mapper.local_table.name}.{column.key}"  # type: ignore[attr-defined]
        for mapper in Base.registry.mappers for column in mapper.columns
        if not column.foreign_keys and not column.key.endswith((*HIDDEN, "_currency", "_id"))
        and (name := column.key.removesuffix("_minor")) not in MACHINE and not has_words("column", name.replace("_", " "))
    }
    assert not bare, "no French in columns.po, and not of the machine: " + ", ".join(sorted(bare))
