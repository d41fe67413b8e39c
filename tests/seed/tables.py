"""What the tests of the demo's data share."""

from portfolio.seed.data import (
    life,
    others,
)

ALL = others.projects()


GRANTS = [ALL[code] for code in life.grants()]
