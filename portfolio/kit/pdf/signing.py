"""Where people sign: signatures in the order of the chain (F9), thumbprints (F10), slips of letters (F14)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from portfolio.kit import grammar
from portfolio.kit.pdf.blocks import Block, Text, Together, baseline
from portfolio.kit.pdf.clean import one_line
from portfolio.kit.pdf.fonts import Role, face
from portfolio.kit.pdf.lines import wrap
from portfolio.kit.pdf.pen import MM, Pen
from portfolio.kit.words import date_long

STAMP = (45 * MM, 30 * MM)
_SIZE = 8.6
_LEAD = 11.2


@dataclass(frozen=True)
class Signatory:
    """A person, a function and an act (F5). `label` is what the signature says (« Vu, bon à payer »);
    `on` is printed as the date, a dotted line is left without it; `prevented` is the reason why the person
    did not sign."""

    function: str
    name: str
    act: str = ""
    on: date | None = None
    label: str = ""
    prevented: str | None = None


class SignatureRow(Block):
    """Signatories abreast. `aside` puts the words beside the stamp: two a row, less height for four."""

    def __init__(self, people: Sequence[Signatory], abreast: int, *, aside: bool) -> None:
        self.people, self.abreast, self.aside = list(people), abreast, aside
        self.before = 8.0
        self.beside: Text | None = None  # the ampliations, left of a lone signature

    def _column(self, w: float) -> float:
        return (w - 10.0 * (self.abreast - 1)) / self.abreast

    def _words(self, person: Signatory, room: float, s: float) -> list[tuple[str, Role]]:
        """Lines above (or beside) the stamp."""
        lines: list[tuple[str, Role]] = []
        parts: tuple[tuple[str, Role], ...] = (
            (person.label, "body"),
            (person.function, "bold"),
            (person.act, "body"),
        )
        for text, role in parts:
            if text:
                lines += [(each.text, role) for each in wrap(text, face(role), _SIZE * s, room, limit=400)]
        return lines

    def _below(self, person: Signatory, room: float, s: float) -> list[tuple[str, Role]]:
        name: list[tuple[str, Role]] = [
            (each.text, "bold") for each in wrap(person.name, face("bold"), _SIZE * s, room, limit=320)
        ]
        return name

    def _depth(self, person: Signatory, w: float, s: float) -> tuple[int, int]:
        room = self._column(w) - (STAMP[0] + 6 * s if self.aside else 0.0)
        return len(self._words(person, room, s)), len(self._below(person, room, s)) + 1

    def height(self, w: float, s: float) -> float:
        lead = _LEAD * s
        depths = [self._depth(person, w, s) for person in self.people]
        if self.aside:
            return max(STAMP[1], max((above + below) * lead for above, below in depths) + 6 * s)
        return (
            max(above for above, _ in depths) * lead
            + 4 * s
            + STAMP[1]
            + max(below for _, below in depths) * lead
        ) + 4 * s

    def draw(self, pen: Pen, x: float, top: float, w: float, s: float) -> None:
        column, lead, size = self._column(w), _LEAD * s, _SIZE * s
        if len(self.people) < self.abreast and len(self.people) == 1:
            if self.beside is not None:
                deep = self.beside.height(w - column - 10, s)
                self.beside.draw(pen, x, top - self.height(w, s) + deep, w - column - 10, s)
            x += w - column  # a lone signatory signs on the right
        above_all = max(self._depth(person, w, s)[0] for person in self.people)
        for at, person in enumerate(self.people):
            left = x + at * (column + 10.0)
            room = column - (STAMP[0] + 6 * s if self.aside else 0.0)
            above, below = self._words(person, room, s), self._below(person, room, s)
            when = f"Le {date_long(person.on)}" if person.on else ""
            if self.aside:
                self._stamp(pen, left, top, person, s)
                words_x, y = left + STAMP[0] + 6 * s, top
                for text, role in above:
                    pen.text(words_x, baseline(y, size, lead), text, role, size)
                    y -= lead
                y -= 3 * s
                for text, role in below:
                    pen.text(words_x, baseline(y, size, lead), text, role, size)
                    y -= lead
                self._when(pen, words_x, y, room, when, s, False)
            else:
                y = top - (above_all - len(above)) * lead
                for text, role in above:
                    pen.text(left + column / 2, baseline(y, size, lead), text, role, size, "center")
                    y -= lead
                y -= 4 * s
                self._stamp(pen, left + (column - STAMP[0]) / 2, y, person, s)
                y -= STAMP[1] + 2 * s
                for text, role in below:
                    pen.text(left + column / 2, baseline(y, size, lead), text, role, size, "center")
                    y -= lead
                self._when(pen, left + (column - STAMP[0]) / 2, y, STAMP[0], when, s, True)

    @staticmethod
    def _stamp(pen: Pen, x: float, top: float, person: Signatory, s: float) -> None:
        pen.box(x, top, STAMP[0], STAMP[1], 0.4, 0.45)
        if person.prevented is None:
            pen.text(x + STAMP[0] / 2, top - STAMP[1] + 3, "signature et cachet", "body", 6.2, "center", 0.45)
            return
        reason = f"empêché(e) : {one_line(person.prevented, 180)}"
        for at, line in enumerate(wrap(reason, face("body"), _SIZE * s, STAMP[0] - 8)[:7]):
            pen.text(
                x + 4, baseline(top - 6 - at * _LEAD * s, _SIZE * s, _LEAD * s), line.text, "body", _SIZE * s
            )

    @staticmethod
    def _when(pen: Pen, x: float, top: float, room: float, when: str, s: float, centred: bool) -> None:
        y = baseline(top, _SIZE * s, _LEAD * s)
        if when:
            pen.text(
                x + (room / 2 if centred else 0), y, when, "body", _SIZE * s, "center" if centred else "left"
            )
        else:
            pen.text(x, y, "Le", "body", _SIZE * s)
            pen.line(x + 13 * s, y, x + room, y, 0.7, 0.2, "dotted")


def signature_blocks(people: Sequence[Signatory], w: float, done: str) -> list[Block]:
    """Blocks of the signatures for a width: one row where they fit abreast, else two a row."""
    abreast = max(1, int((w + 10) / (STAMP[0] + 10)))
    aside = len(people) > abreast and w < 200 * MM
    if aside:
        abreast = 2
    elif len(people) < abreast:
        abreast = max(2, len(people))
    rows: list[Block] = [
        SignatureRow(people[at : at + abreast], abreast, aside=aside) for at in range(0, len(people), abreast)
    ]
    if done and rows:
        rows[0] = Together([Text(done, align="right", before=0), rows[0]], before=12)
    elif done:
        rows = [Text(done, align="right", before=12)]
    return rows


class _Fields(Block):
    """Labels, each with its value or a dotted line to be written on by hand, so many a row."""

    def __init__(
        self,
        labels: Sequence[str],
        abreast: int = 1,
        *,
        before: float = 3.0,
        lead: float = 17.0,
        values: Sequence[str] = (),
    ) -> None:
        self.values = [*values, *("" for _label in labels[len(values) :])]
        self.labels, self.abreast, self.before, self.lead = list(labels), abreast, before, lead

    def height(self, w: float, s: float) -> float:
        return -(-len(self.labels) // self.abreast) * self.lead * s

    def draw(self, pen: Pen, x: float, top: float, w: float, s: float) -> None:
        column = (w - 10 * s * (self.abreast - 1)) / self.abreast
        for at, label in enumerate(self.labels):
            left = x + (at % self.abreast) * (column + 10 * s)
            y = top - (at // self.abreast + 1) * self.lead * s + 4 * s
            letters = face("body")
            shown = letters.fit(f"{one_line(label, 200)} :")
            pen.text(left, y, shown, "body", 9 * s)
            start = left + letters.width(shown, 9 * s) + 4 * s
            if not self.values[at]:
                pen.line(start, y, left + column, y, 0.7, 0.2, "dotted")
                continue
            said, size = face("bold").fit(one_line(self.values[at], 120)), 9 * s
            while size > 6 * s and face("bold").width(said, size) > left + column - start:
                size -= 0.5 * s
            pen.text(start, y, said, "bold", size)


class _Space(Block):
    """An empty frame with a small caption at its foot."""

    def __init__(self, caption: str, height_mm: float, width_mm: float | None = None) -> None:
        self.caption, self.high, self.wide = caption, height_mm * MM, width_mm and width_mm * MM
        self.before = 3.0

    def height(self, w: float, s: float) -> float:
        return self.high * s

    def draw(self, pen: Pen, x: float, top: float, w: float, s: float) -> None:
        wide = min(w, self.wide * s) if self.wide else w
        pen.box(x, top, wide, self.high * s, 0.4, 0.45)
        pen.text(x + wide / 2, top - self.high * s + 3, self.caption, "body", 6.2, "center", 0.45)


class Thumbprint(Together):
    """F10: the print of a person who cannot sign, two witnesses, and who read the paper in which language."""

    def __init__(
        self, language: str | None, *, compact: bool = False, witnesses: Sequence[tuple[str, str]] = ()
    ) -> None:
        high = 26 if compact else 36
        labels = ("Nom et prénom", "Pièce (nature, n°)")
        known = [dict(zip(labels, witness, strict=True)) for witness in witnesses[:2]]
        one, two = (*known, *(dict.fromkeys(labels, "") for _blank in range(2 - len(known))))
        parts: list[Block] = [
            Text(
                "L'intéressé(e) ayant déclaré ne savoir signer a apposé son empreinte digitale "
                "en présence de :",
                size=9.5,
            ),
            _Abreast(
                [
                    (1.0, [_Space("empreinte digitale", high)]),
                    (2.3, [_Titled("Premier témoin", one, high)]),
                    (2.3, [_Titled("Second témoin", two, high)]),
                ]
            ),
        ]
        if language is not None:
            spoken = "Lu et traduit en langue"
            if language:
                parts.append(_Fields([f"{spoken} {one_line(language, 60)} par"]))
            else:
                parts.append(_Fields([spoken, "par"], 2))
        super().__init__(parts, before=8)


class _Titled(Block):
    """A witness: a heading, fields with what is known of them, then room to sign."""

    def __init__(self, title: str, fields: Mapping[str, str], high_mm: float) -> None:
        self.title, self.high = title, high_mm * MM
        self.fields = _Fields(list(fields), lead=15.0, values=list(fields.values()))

    def height(self, w: float, s: float) -> float:
        return self.high * s

    def draw(self, pen: Pen, x: float, top: float, w: float, s: float) -> None:
        pen.box(x, top, w, self.high * s, 0.4, 0.45)
        pen.text(x + 4 * s, top - 10 * s, self.title, "bold", 8.6 * s)
        self.fields.draw(pen, x + 4 * s, top - 12 * s, w - 8 * s, s)
        pen.text(x + w / 2, top - self.high * s + 3, "signature", "body", 6.2, "center", 0.45)


class _Abreast(Block):
    """Columns of blocks, each with its share of the width."""

    def __init__(self, columns: Sequence[tuple[float, Sequence[Block]]]) -> None:
        self.columns = [(share, Together(list(parts), before=0)) for share, parts in columns]
        self.before = 5.0

    def height(self, w: float, s: float) -> float:
        return max(column.height(w, s) for _, column in self.columns)

    def draw(self, pen: Pen, x: float, top: float, w: float, s: float) -> None:
        gutter = 8 * s
        total = sum(share for share, _ in self.columns)
        room = w - gutter * (len(self.columns) - 1)
        for share, column in self.columns:
            column.draw(pen, x, top, room * share / total, s)
            x += room * share / total + gutter


class CutLine(Block):
    """A dashed rule with scissors: cut here."""

    def __init__(self, before: float = 10.0) -> None:
        self.before = before

    def height(self, w: float, s: float) -> float:
        return 8.0 * s

    def draw(self, pen: Pen, x: float, top: float, w: float, s: float) -> None:
        y = top - 4 * s
        pen.text(x, y - 3.4, "✂", "wide", 10)
        pen.line(x + 12, y, x + w, y, 0.6, 0.2, "dashed")


def tear_off(of: str, addressee: str, send_back_to: str) -> Block:
    """F14: the slip at the foot of a letter, sent back with the date and hour of receipt."""
    said = f"Reçu ce jour {one_line(of, 400)}"
    if addressee:
        said += f", adressée {grammar.at(one_line(addressee, 400))}"
    parts: list[Block] = [
        CutLine(0),
        Text("ACCUSÉ DE RÉCEPTION", "title", 10, "center", before=2),
        Text(f"{said}.", size=9.2, align="left", before=3),
        _Abreast(
            [
                (3.0, [_Fields(["Nom et prénom", "Qualité"]), _Fields(["Le", "à (heure)"], 2, before=0)]),
                (1.25, [_Space("signature ou empreinte digitale", 22)]),
            ]
        ),
    ]
    if send_back_to:
        parts.append(Text(f"À retourner à : {one_line(send_back_to, 400)}", size=8.0, align="left", before=3))
    return Together(parts, pinned=True)
