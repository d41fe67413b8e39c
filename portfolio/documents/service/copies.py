"""Originals, certified copies and duplicata of an issued paper, each an act on record (F11)."""

from __future__ import annotations

from collections.abc import Iterator

from portfolio.accounts.queries import act_of
from portfolio.documents import queries
from portfolio.documents.forms import CertifyForm, DuplicateForm
from portfolio.documents.models import Paper, PaperCopy
from portfolio.documents.reference import ORIGINALS, institution
from portfolio.documents.service.keep import keep
from portfolio.kit.errors import Refusal, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.kit.pdf import stamped
from portfolio.kit.words import date_long
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def originals_obstacles(work: Work, paper: Paper) -> Iterator[Refusal]:
    """Originals are printed once, of the edition that stands; after that, a duplicata says why."""
    if paper.kind not in ORIGINALS:
        yield Refusal("single_original", _("This paper has one original: the one that was issued."))
    last = queries.last_edition(work, paper.reference)
    if last is not None and last.id != paper.id:
        yield Refusal(
            "edition_replaced",
            _("This edition is replaced by edition %(n)d.") % {"n": last.edition},
            url=f"/documents/papers/{last.id}/copies",
        )
    if any(copy.kind == "original" for copy in queries.copies_of(work, paper)):
        yield Refusal(
            "originals_printed",
            _("The originals of this paper are already printed."),
            way_out=_("Give a duplicata, with its reason."),
            who=who_may("paper:copy"),
        )


def print_originals(work: Work, paper: Paper) -> list[PaperCopy]:
    """« ORIGINAL n° 1/3 » to the last, to be signed. Refused: single_original, edition_replaced, originals_printed."""
    work.require("paper:copy")
    refuse(originals_obstacles(work, paper))
    total = ORIGINALS[paper.kind]
    made = [_copy(work, paper, "original", f"ORIGINAL n° {number}/{total}") for number in range(1, total + 1)]
    _record(work, "paper:originals_printed", paper, made[0], count=total)
    return made


def certify(work: Work, paper: Paper, form: CertifyForm) -> PaperCopy:
    """« COPIE CONFORME », by the name, function and act of who certifies, on the day."""
    work.require("paper:certify")
    actor, on = work.actor, work.today
    act = act_of(work, actor.id, on, "paper:certify")
    who = ", ".join(part for part in (actor.name, actor.function, act) if part)
    place = institution(on)["place"]
    label = f"COPIE CONFORME à l'original, certifiée à {place}, le {date_long(on)}, par {who}"
    made = _copy(work, paper, "certified", label, given_to=form.given_to or "")
    _record(work, "paper:copy_certified", paper, made)
    return made


def duplicate_obstacles(work: Work, paper: Paper) -> Iterator[Refusal]:
    """A duplicata stands for an original that was given and is no more."""
    if paper.kind in ORIGINALS and not any(c.kind == "original" for c in queries.copies_of(work, paper)):
        yield Refusal(
            "no_original",
            _("No original of this paper has been printed yet."),
            way_out=_("Print the originals."),
            who=who_may("paper:copy"),
        )


def duplicate(work: Work, paper: Paper, form: DuplicateForm) -> PaperCopy:
    """« DUPLICATA du … », with its reason, by whom and to whom. Refused: no_original."""
    work.require("paper:copy")
    refuse(duplicate_obstacles(work, paper))
    label = f"DUPLICATA du {date_long(work.today)}, délivré par {work.actor.name} à {form.duplicate_to}. Motif : {form.reason}"
    made = _copy(work, paper, "duplicate", label, given_to=form.duplicate_to, reason=form.reason)
    _record(work, "paper:duplicated", paper, made, reason=form.reason)
    return made


def _copy(
    work: Work, paper: Paper, kind: str, label: str, *, given_to: str = "", reason: str = ""
) -> PaperCopy:
    paper = work.hold(paper)
    content = stamped(queries.bytes_of(work, paper), label)
    made = PaperCopy(
        paper_id=paper.id,
        kind=kind,
        number=1 + sum(1 for copy in queries.copies_of(work, paper) if copy.kind == kind),
        label=label[:500],
        given_to=given_to,
        reason=reason[:300],
        sha256=keep(work.around.data_dir, content),
        size=len(content),
        made_at=work.now,
        made_by_id=work.actor.id,
    )
    work.db.add(made)
    work.db.flush()
    return made


def _record(
    work: Work, event: str, paper: Paper, copy: PaperCopy, reason: str | None = None, count: int = 1
) -> None:
    """In the trail of the record that the paper is about."""
    data = {
        "paper": paper.id,
        "reference": paper.reference,
        "edition": paper.edition,
        "copy": copy.id,
        "number": copy.number,
        "count": count,
        "sha256": copy.sha256,
    }
    work.record(event, queries.subject_of(work, paper) or paper, data=data, reason=reason)
