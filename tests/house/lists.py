"""How many statements each list asks of the database, sign-in included: literal, so that one more is seen."""

EXPECTED: dict[str, int] = {}
