"""A refused form comes back as it was typed: whatever page answers, its form is found by its address and filled again, opened,
and each message stands beside its field. One place, so that no form of any room can lose what somebody wrote (W09).

The page is ours and escaped, so its tags are found by a pattern: what people type never holds a bare `<`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from markupsafe import Markup, escape

from portfolio.kit.errors import Bad, FieldError
from portfolio.kit.forms import CONTROL, unknown_field
from portfolio.kit.i18n import gettext as _
from portfolio.origin import Origin
from portfolio.web.render import ui

TAG = re.compile(
    r"<(/?)(form|details|input|select|option|textarea|button|main)\b((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>"
)
ATTRIBUTE = re.compile(r"([a-zA-Z_:][\w:.-]*)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
BOX = re.compile(r'<div class="(?:error-summary|refusal-box)".*?</ul>\s*</div>', re.DOTALL)
BUTTONS = frozenset({"submit", "button", "image", "reset"})
NEVER = frozenset({"hidden", "password", "file", *BUTTONS})
UNSEEN = re.compile(r"passw|present$|again$|^code$|(^|[-_])id$|^version$|^revision$")
"""Fields that are not shown as text when the page has no form for them: secrets, and numbers that people never see."""


@dataclass
class Control:
    """One field of a form, and where it stands in the page."""

    tag: str
    start: int
    end: int
    given: dict[str, str]
    inner_end: int = 0
    options: list[tuple[int, int, dict[str, str]]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.given.get("name", "")

    @property
    def kind(self) -> str:
        return self.given.get("type", "text").lower() if self.tag == "input" else self.tag


@dataclass
class Place:
    """A form of the page: where it goes, and the folded parts around it."""

    given: dict[str, str]
    start: int
    folded: list[tuple[int, int]]
    end: int = 0
    controls: list[Control] = field(default_factory=list)

    def goes_to(self, path: str) -> bool:
        """Whether the form, or a button of it, is sent to this address."""
        ways = [
            self.given.get("action", path),
            *(c.given["formaction"] for c in self.controls if "formaction" in c.given),
        ]
        return self.given.get("method", "get") == "post" and unquote(path) in (
            unquote(w.partition("?")[0]) for w in ways
        )


def refill(page: str, origin: Origin, bad: Bad | None) -> str:
    """The page of a refusal, with what was typed in its form and the reasons said at the top and beside the fields.

    When the page has no such form, what was typed is shown to be copied. A fragment is left as it is in that case: the
    form is still on the page that asked for it.
    """
    main = re.search(r"<main\b[^>]*>(.*)</main>", page, re.DOTALL)
    sent = {name: values for name, values in _lists(origin.typed) if any(v.strip() for v in values)}
    place = _chosen(_places(page), origin)
    edits: list[tuple[int, int, str]] = []
    if place is not None:
        edits += _filled(page, place, dict(_lists(origin.typed)), bad)
    if main:
        top = _reasons(page, bad)
        edits.append((main.start(1), main.start(1), top))
        if place is None:
            box = BOX.search(page)
            at = main.start(1) if top else box.end() if box else main.end(1)
            edits.append((at, at, _typed(sent)))
    edits.sort(key=lambda e: e[:2])
    while edits:  # from the end, so that the places before stay right
        start, end, text = edits.pop()
        page = page[:start] + text + page[end:]
    return page


def _lists(typed: Mapping[str, object]) -> Iterator[tuple[str, list[str]]]:
    for name, value in typed.items():
        yield name, [str(v) for v in value] if isinstance(value, list) else [str(value)]


def _attributes(text: str) -> dict[str, str]:
    return {
        m[1].lower(): html.unescape(m[2] if m[2] is not None else m[3] if m[3] is not None else m[4] or "")
        for m in ATTRIBUTE.finditer(text)
    }


def _places(page: str) -> list[Place]:
    found: list[Place] = []
    folded: list[tuple[int, int]] = []
    inside: Place | None = None
    last: Control | None = None
    for tag in TAG.finditer(page):
        closing, name = bool(tag[1]), tag[2]
        if name == "details":
            if closing:
                folded = folded[:-1]
            else:
                folded = [*folded, (tag.start(), tag.end())]
        elif name == "form":
            if closing and inside:
                inside.end = tag.start()
                inside = None
            elif not closing:
                inside = Place(_attributes(tag[3]), tag.start(), folded)
                found.append(inside)
        elif inside is None:
            continue
        elif closing:
            if last and name == last.tag:
                last.inner_end = tag.start()
        elif name == "option":
            if last and last.tag == "select":
                last.options.append((tag.start(), tag.end(), _attributes(tag[3])))
        else:
            last = Control(name, tag.start(), tag.end(), _attributes(tag[3]))
            inside.controls.append(last)
    return found


def _chosen(places: list[Place], origin: Origin) -> Place | None:
    """The form that was sent. Of several with the same address, the one whose hidden fields are the ones that came back:
    a reason typed for one row must not appear under another."""
    mine = [p for p in places if p.end and p.goes_to(origin.path)]
    if len(mine) < 2:
        return mine[0] if mine else None
    typed = dict(_lists(origin.typed))

    def same(place: Place) -> bool:
        return all(
            c.given.get("value", "") in typed.get(c.name, [])
            for c in place.controls
            if c.kind == "hidden" and c.name not in CONTROL and c.name != "version"
        )

    def known(place: Place) -> int:
        return len({c.name for c in place.controls} & typed.keys())

    return max((p for p in mine if same(p)), key=known, default=None)


def _filled(
    page: str, place: Place, typed: dict[str, list[str]], bad: Bad | None
) -> list[tuple[int, int, str]]:
    edits: list[tuple[int, int, str]] = []
    for start, end in place.folded:
        if not re.search(r"\sopen\b", page[start:end]):
            edits.append((end - 1, end - 1, " open"))
    waiting = {name: list(values) for name, values in typed.items()}
    form = page[place.start : place.end]
    said: set[str] = set()
    for control in place.controls:
        name, kind = control.name, control.kind
        extra = ""
        message = bad.error(name) if bad and name and name not in said and kind not in NEVER else None
        if message:
            said.add(name)
            if str(escape(message)) not in form:
                edits.append((control.start, control.start, _beside(name, message)))
                extra = ' aria-invalid="true"'
                if "aria-describedby" not in control.given:
                    extra += f' aria-describedby="{escape(f"f-{name}-err")}"'
        edits += _put(page, control, kind, typed.get(name), waiting, extra)
    known = {c.name for c in place.controls} | CONTROL
    refused = {e.field for e in bad.errors if e.message == unknown_field()} if bad else set()
    left = [(n, v) for n, values in typed.items() if n not in known | refused for v in values if v.strip()]
    rows = [
        str(
            ui().field(
                name, _("Text %(number)s") % {"number": number}, value, bad.error(name) if bad else None
            )
        )
        for number, (name, value) in enumerate(left, 1)
    ]
    return [*edits, (place.end, place.end, "".join(rows))]


def _put(
    page: str,
    control: Control,
    kind: str,
    values: list[str] | None,
    waiting: dict[str, list[str]],
    extra: str,
) -> list[tuple[int, int, str]]:
    start, end = control.start, control.end
    text = page[start:end]
    if kind in NEVER or not control.name:
        return []
    if kind in ("checkbox", "radio"):
        plain = re.sub(r"\schecked(=\"[^\"]*\")?(?=[\s>/])", "", text)
        ticked = control.given.get("value", "on") in (values or [])
        if kind == "radio" and values is None:
            return []
        return [(start, end, _with(plain, extra + (" checked" if ticked else "")))]
    edits = [(start, end, _with(text, extra))] if extra else []
    if values is None:
        return edits
    if kind == "select":
        if any(_value(page, o) in values for o in control.options):
            for option in control.options:
                first, last, _given = option
                plain = re.sub(r"\sselected(=\"[^\"]*\")?(?=[\s>/])", "", page[first:last])
                edits.append(
                    (first, last, _with(plain, " selected" if _value(page, option) in values else ""))
                )
        return edits
    queue = waiting[control.name]
    if not queue:
        return edits
    value = escape(queue.pop(0))
    if kind == "textarea":
        return [*edits, (end, control.inner_end or end, f"\n{value}")]
    plain = re.sub(r"\svalue=(\"[^\"]*\"|'[^']*')", "", text)
    return [(start, end, _with(plain, f'{extra} value="{value}"'))]


def _value(page: str, option: tuple[int, int, dict[str, str]]) -> str:
    _start, end, given = option
    return given["value"] if "value" in given else html.unescape(page[end : page.find("<", end)]).strip()


def _with(tag: str, more: str) -> str:
    return f"{tag[:-1].rstrip('/ ')}{more}>" if more else tag


def _beside(name: str, message: str) -> str:
    return str(
        Markup('<span class="err" id="f-{}-err"><span class="vh">{}</span> {}</span>').format(
            name, _("Error:"), message
        )
    )


def _reasons(page: str, bad: Bad | None) -> str:
    """The summary at the top, unless the page says it by itself."""
    if bad is None:
        return ""
    top = ""
    if bad.errors and 'class="error-summary"' not in page:
        ids = {e.field for e in bad.errors if e.field and f'id="f-{escape(e.field)}"' in page}
        top += str(
            ui().error_summary([e if e.field in ids else FieldError("", e.message) for e in bad.errors])
        )
    if bad.refusals and 'class="refusal-box"' not in page:
        top += str(ui().refusal_box(bad.refusals))
    return top


def _typed(sent: Mapping[str, list[str]]) -> str:
    """What was typed, when the page has no form to put it in."""
    shown = [(n, v) for n, values in sent.items() if not UNSEEN.search(n) for v in values if v.strip()]
    if not shown:
        return ""
    return str(ui().typed(shown))
