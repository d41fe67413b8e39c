"""How many statements each list asks of the database, sign-in included: literal, so that one more is seen."""

EXPECTED: dict[str, int] = {
    "/applications": 4,
    "/calls": 4,
    "/groups": 3,
    "/agreements": 4,
    "/projects": 4,
    "/disbursements": 5,
    "/justifications": 3,
    "/procurement": 6,
    "/procurement/suppliers": 3,
    "/grievances": 3,
    "/committees": 3,
    "/awards": 4,
    "/strategy": 2,
    "/funds": 4,
    "/closures": 3,
}
