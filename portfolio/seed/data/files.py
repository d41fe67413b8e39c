"""Every application of the three calls: 46 + 26 + 9 filed and six drafts, with the outcome the demo states.

Outcomes: `agreement`, `promoted`, `withdrawn`, `waiting_list`, `not_selected`, `below_total`, `below_floor`,
`ineligible`, `inadmissible`, `late` (AAP-2025-01); `ranked` and the same refusals (AAP-2026-01); `filed`,
`draft` (AAP-2026-02). Everything is derived from the tables, so that two runs give the same portfolio.
`filed_j` of a draft is the day of its last saving.
"""

from functools import cache

from portfolio.kit import tables
from portfolio.places import reference
from portfolio.seed.data import groups, sheets
from portfolio.seed.data.budgets import fitted
from portfolio.seed.data.calls import CALLS
from portfolio.seed.data.model import File, Group, Letter, Line, Project, Sheet
from portfolio.seed.data.others import projects
from portfolio.seed.data.people import ASSESSORS, OFFICES
from portfolio.seed.data.projects import FILE_OF, PACKAGE, described
from portfolio.seed.data.ranking import RANKING

RANKED_2025: tuple[str, ...] = (
    ("MP10", "MP01", "MP06", "MP24", "MP12", "MP16", "MP04", "MP22", "MP11", "MP02", "MP25", "MP07", "MP18")
    + ("W1", "MP14", "MP19", "MP21", "MP05", "MP23", "MP17", "MP26", "MP20")
    + ("MP03", "L1", "L2", "L3", "L4", "L5", "L6", "L7")
    + ("N1", "N2", "N3")
)
"""The ranked list of AAP-2025-01: 22 proposed, 8 waiting (MP03 first, promoted after W1 withdrew), 3 not
selected."""

TOP_SCORE_2025 = 92
_UNRANKED_2025 = ("U1", "U2", "U3", "U4", "U5", "U6", "E1", "E2", "R1", "R2", "R3", "R4")
REINSTATED_2025 = "MP17"
"""Declared ineligible at first (a link with a sitting member, disproved on appeal), then put back."""

_ANSWERED_2025 = {"MP05": "land_certificate", "L2": "member_list", "MP26": "technical_opinion"}
_TITLES = {
    "MP01": "Embouche ovine",
    "MP02": "Noyau caprin",
    "MP03": "Transformation de céréales et de lait",
    "MP04": "Moulin à céréales",
    "MP05": "Boutique communautaire de vivres",
    "MP06": "Périmètre maraîcher",
    "MP07": "Taxi-motos de la jeunesse",
    "MP08": "Accueil communautaire et artisanat",
    "MP09": "Théâtre-forum et musique pour la paix",
    "MP10": "Forage équipé d'une pompe",
    "MP11": "Réhabilitation de salles de classe",
    "MP13": "Fumage et séchage de poisson",
    "MP14": "Médiation et balisage d'un couloir",
    "MP15": "Atelier de couture",
}
_FORMS = {"women": "groupement", "youth": "association", "cooperative": "scoops", "committee": "aue"}
_DAY = 480  # minutes a counter is open, 08:00 to 16:00
_SHAPES = {"A-011": "inclusion=20", "A-002": "inclusion=12"}
# The tie of ranks 7 and 8 is decided on inclusion.
_MP08_SHEETS = ((74, False), (70, False), (43, True), (66, False))
# Three sheets 31 points apart; a fourth assessor is called, the sheet far from the others leaves the mean.
_OVERPRICED = (Line(1, "Motopompe 5,5 CV", "unité", 5, 345_000, "S"),)
# Rank 9: 100 000 F CFA a unit above the mercuriale of the demo, 500 000 in all.


def _code_2025(key: str) -> tuple[str, int]:
    """Where a file stands in the register: spread over the days, the two late ones last."""
    late = {"T1": 45, "L5": 46}
    if key in late:
        order = late[key]
    else:
        keys = [k for k in (*RANKED_2025, *_UNRANKED_2025) if k not in late]
        order = keys.index(key) * 15 % len(keys) + 1
    return f"B-{order:03d}", order


def _filed(call: str, order: int) -> tuple[int, str]:
    """Day and hour of deposit: even over the opening hours of the call, never after the deadline."""
    facts = CALLS[call]
    first = facts.published_j + 4
    last = min(facts.deadline_j, -1)
    minute = order * ((last - first + 1) * _DAY - 20) // (facts.funnel.filed + facts.funnel.drafts)
    day, within = divmod(minute, _DAY)
    return first + day, f"{8 + within // 60:02d}:{within % 60:02d}"


@cache
def _communes(call: str, country: str) -> tuple[str, ...]:
    places = set(CALLS[call].places) - {"BF-DJELGODJI"}
    return tuple(
        unit.code
        for unit in reference.units()
        if unit.level == 3
        and unit.country == country
        and any(parent.code in places for parent in reference.ancestry(unit.code))
    )


def _named(row: dict[str, str], code: str, order: int) -> Group:
    """The group of a row that names none in full: a name of the pools and the commune."""
    call, category, country = row["call"], row["category"], row["country"]
    choices = _communes(call, country)
    commune = row["commune"] or choices[order * 7 % len(choices)]
    where = groups.of(groups.commune_name(commune))
    pool = groups.GROUP_NAMES[country]
    word = pool[(order * 3 + len(category)) % len(pool)]
    name = (
        row["group"]
        or {
            "women": f"Groupement féminin {word} {where}",
            "youth": f"Association {word} des jeunes {where}",
            "cooperative": f"SCOOPS {word} {where}",
            "committee": f"Comité de gestion {word} {where}",
        }[category]
    )
    if row["group"]:
        name = f"{name} {where}"
    members = 12 if row["reason"] == "too_few_members" else 16 + order * 5 % 21
    women = {"women": members, "youth": members * 2 // 5, "cooperative": members // 2}.get(category, 4)
    if call == "AAP-2026-02" and order % 2:
        women = members * 3 // 5
    members = 9 if category == "committee" else members
    youth = members if category == "youth" else members // 3
    return groups.make(
        f"G-{code}",
        name,
        _FORMS[category],
        category,
        commune,
        members=members,
        women=women,
        men=members - women,
        youth=youth,
        board_only=category == "committee",
    )


def _sheets(
    call: str, code: str, order: int, score: int, spread: int, below_floor: bool
) -> tuple[Sheet, ...]:
    count = CALLS[call].assessors_per_file
    if code == FILE_OF["MP08"]:
        return tuple(
            sheets.sheet(call, assessor, sheets.levels(call, total, 0), set_aside)
            for assessor, (total, set_aside) in zip(ASSESSORS, _MP08_SHEETS, strict=True)
        )
    shape = _SHAPES.get(code, "plain")
    found = []
    for index, total in enumerate(sheets.totals(score, spread, count)):
        if below_floor:
            shape = f"cohesion={(6, 6, 3)[index] if count == 3 else 8}"
        assessor = ASSESSORS[(order + index) % len(ASSESSORS)]
        found.append(sheets.sheet(call, assessor, sheets.levels(call, total, order, shape)))
    return tuple(found)


def _letters(call: str, code: str, key: str, outcome: str, reason: str) -> tuple[Letter, ...]:
    if code == "A-018":
        why = "L'attestation est établie au nom de la trésorière, non du groupement."
        return (Letter("account_certificate", "non_compliant", why, -36, -34, -27),)
    if key in _ANSWERED_2025:
        return (Letter(_ANSWERED_2025[key], "missing", "Pièce absente du dossier.", -374, -371, -365),)
    if outcome == "inadmissible":
        sent = -374 if call == "AAP-2025-01" else -36
        return (Letter(reason, "missing", "Pièce absente du dossier.", sent, sent + 3, None),)
    return ()


def _file(
    row: dict[str, str], key: str, code: str, order: int, project: Project | None, group: Group
) -> File:
    call, outcome = row["call"], row["outcome"]
    filed_j, hour = _filed(call, order)
    if key in ("T1", "L5"):
        filed_j, hour = CALLS[call].deadline_j, "16:07" if key == "T1" else "16:21"
    requested = project.grant if project else int(row["requested"])
    score = int(row["score"]) if row["score"] else None
    spread = int(row["spread"]) if row["spread"] else None
    marked: tuple[Sheet, ...] = ()
    if score is not None and spread is not None:
        marked = _sheets(call, code, order, score, spread, outcome == "below_floor")
    template = described()[row["template"]] if not project else project
    extra = _OVERPRICED if code == "A-019" else ()
    return File(
        code=code,
        call=call,
        order=order,
        title=project.title
        if project
        else f"{_TITLES[template.code]} {groups.of(groups.commune_name(group.commune))}",
        group=group.code,
        project=project.code if project else "",
        commune=group.commune,
        requested=requested,
        lines=project.lines if project else fitted(template.lines, requested, extra),
        tags=template.tags,
        channel="online" if order % 3 == 0 or outcome == "draft" else "paper",
        office=OFFICES[group.country],
        filed_j=filed_j,
        filed_hour=hour,
        saved_pages=7 if outcome != "draft" else 4 if project else order % 6 + 1,
        outcome=outcome,
        reason=row["reason"],
        letters=_letters(call, code, key, outcome, row["reason"]),
        sheets=marked,
        score=score,
        spread=spread,
        first_spread=31 if code == FILE_OF["MP08"] else spread,
        rank=int(row["rank"]) if row.get("rank") else None,
        reinstated=key == REINSTATED_2025,
        admitted_late=key == "L5",
        template=template.base or template.code,
    )


def _row_of(project: Project, outcome: str) -> dict[str, str]:
    blank = dict.fromkeys(("score", "spread", "reason", "rank"), "")
    return blank | {"call": project.call, "outcome": outcome, "template": project.base or project.code}


def _rows_2025(table: dict[str, dict[str, str]]) -> list[tuple[str, str, int, dict[str, str]]]:
    found = []
    for key in (*RANKED_2025, *_UNRANKED_2025, "T1"):
        code, order = _code_2025(key)
        project = projects().get(key)
        outcome = "promoted" if key == "MP03" else "agreement"
        row = table[key] if project is None else _row_of(project, outcome)
        if key in RANKED_2025:
            rank = RANKED_2025.index(key) + 1
            marks = {"rank": rank, "score": TOP_SCORE_2025 + 1 - rank, "spread": 2 + rank % 4 * 2}
            row = row | {name: str(value) for name, value in marks.items()}
        found.append((key, code, order, row))
    return found


def _rows_2026(table: dict[str, dict[str, str]]) -> list[tuple[str, str, int, dict[str, str]]]:
    found = []
    for code, row in table.items():
        if row["call"] != "AAP-2025-01":
            found.append((code, code, int(code[2:]), row))
    for key, code in FILE_OF.items():
        row = _row_of(described()[key], "draft" if described()[key].state == "draft" else "ranked")
        found.append((key, code, int(code[2:]), row))
    ranked = {row.file: row for row in RANKING}
    return [
        (
            key,
            code,
            order,
            row
            | (
                {
                    "rank": str(ranked[code].rank or ""),
                    "score": str(ranked[code].score),
                    "spread": str(ranked[code].spread),
                }
                if code in ranked
                else {}
            ),
        )
        for key, code, order, row in found
    ]


@cache
def _built() -> tuple[dict[str, File], dict[str, Group]]:
    table = {row["code"]: dict(row) for row in tables.rows(PACKAGE, "files_table.csv")}
    made: dict[str, File] = {}
    known = dict(groups.of_projects())
    for key, code, order, row in sorted(_rows_2025(table) + _rows_2026(table), key=lambda entry: entry[1]):
        project = projects().get(key)
        group = known[project.group] if project else _named(row, code, order)
        known[group.code] = group
        made[code] = _file(row, key, code, order, project, group)
    return made, groups.with_bureaus(known)


def files() -> dict[str, File]:
    """All applications by code: `B-…` for AAP-2025-01, `A-…` for AAP-2026-01, `C-…` for AAP-2026-02."""
    return _built()[0]


def all_groups() -> dict[str, Group]:
    """Every applicant group by code: those of the projects (`G-MP01`) and those of the files (`G-B-007`)."""
    return _built()[1]


def files_of(call: str) -> tuple[File, ...]:
    """The files of one call, in the order of its register."""
    return tuple(
        sorted((file for file in files().values() if file.call == call), key=lambda file: file.order)
    )


def ranked_list(call: str) -> tuple[File, ...]:
    """The ranked files of one call, best first."""
    ranked = [(file.rank, file) for file in files_of(call) if file.rank is not None]
    return tuple(file for _, file in sorted(ranked, key=lambda pair: pair[0]))
