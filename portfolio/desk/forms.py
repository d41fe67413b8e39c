"""What is typed on the page of statements."""

from __future__ import annotations

from portfolio.kit.forms import Form, RecordId


class FundForm(Form):
    """The fund whose orders are issued."""

    fund: RecordId
