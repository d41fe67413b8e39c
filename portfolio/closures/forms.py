"""What is typed to close a grant: shape only."""

from __future__ import annotations

from portfolio.kit.forms import Form, OptionalDay, OptionalLine


class ClosureForm(Form):
    """Until when the papers are kept, when the follow-up visit is, and a note for the certificate."""

    keep_until: OptionalDay = None
    follow_up_on: OptionalDay = None
    note: OptionalLine = None
