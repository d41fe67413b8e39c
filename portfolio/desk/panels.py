"""What the desk shows on a record's page: the way to its whole file."""

from __future__ import annotations

from portfolio.agreements.models import Agreement
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.sampling import READS_WHOLE
from portfolio.web.panels import Panel, panel
from portfolio.work import Work


@panel("agreement", order=95)
def whole_file(work: Work, agreement: Agreement) -> Panel | None:
    """The file of an agreement, for whoever may read it whole."""
    if not all(work.may(permission, agreement) for permission in READS_WHOLE):
        return None
    return Panel(_("Papers of the whole chain"), "desk/dossier.html", "way", {"number": agreement.id})
