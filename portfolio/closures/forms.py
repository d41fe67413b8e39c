"""What is typed to close a grant: shape only."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from portfolio.kit.forms import Day, Form, OptionalLine, optional

OptionalDay = Annotated[date | None, optional(Day.__metadata__[0])]


class ClosureForm(Form):
    """Until when the papers are kept, when the follow-up visit is, and a note for the certificate."""

    keep_until: OptionalDay = None
    follow_up_on: OptionalDay = None
    note: OptionalLine = None
