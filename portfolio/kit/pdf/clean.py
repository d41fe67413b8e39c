"""The one door through which text enters a paper.

Papers are drawn, not marked up: no text is ever read as XML, so `<b>` or `R&D` cannot break or change
anything. What is left to do is to take out what cannot be seen and would lie about what is printed
(controls, bidirectional overrides, invisible characters), to compose accents, and to bound the length.
Used by every block and, again, by the pen itself.
"""

import re
import unicodedata

#: Longest text of one block; a name, a cell and a label are bounded shorter where they are used.
TEXT_LIMIT = 20_000
CELL_LIMIT = 3_000
ELLIPSIS = "…"
MISSING = "□"

_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_BLANK = re.compile("[\t\u1680\u2000-\u200a\u205f\u3000]")


def clean(text: str, limit: int = TEXT_LIMIT) -> str:
    """`text` as it may be drawn: visible, composed (NFC), of at most `limit` characters and an ellipsis.

    Line ends are kept as `\\n`; kinds of blank other than the no-break ones become plain spaces.
    """
    if len(text) > limit:
        text = text[:limit] + ELLIPSIS
    if text.isascii() and text.isprintable():
        return text
    text = _LINE_END.sub("\n", text)
    text = _INVISIBLE.sub("", text)
    text = _BLANK.sub(" ", text)
    return unicodedata.normalize("NFC", text)


def one_line(text: str, limit: int = CELL_LIMIT) -> str:
    """`clean`, on a single line: for names, labels, references."""
    return clean(text, limit).replace("\n", " ")
