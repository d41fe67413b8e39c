"""The applicant groups: those of the projects, and those that the demo only names, from its pools."""

from dataclasses import replace
from functools import cache

from portfolio.kit import tables
from portfolio.payments.reference import invented_rib as rib
from portfolio.places import reference
from portfolio.seed.data.model import Group, Officer
from portfolio.seed.data.people import STAFF
from portfolio.seed.data.projects import PACKAGE

GROUP_NAMES: dict[str, tuple[str, ...]] = {
    "ML": (
        "Jigiya",
        "Danaya",
        "Alhamdou",
        "Jamaa",
        "Albarka",
        "Toumo",
        "Sabati",
        "Kokari",
        "Benkadi",
        "Anniya",
    ),
    "BF": (
        "Balal",
        "Laafi",
        "Sougri-Nooma",
        "Teega-Wendé",
        "Pottal",
        "Kawral",
        "Relwendé",
        "Jam-Weli",
        "Nabonswendé",
        "Song-Taaba",
    ),
    "NE": (
        "Anfani",
        "Zumunci",
        "Bonferey",
        "Hadin Kay",
        "Kokari",
        "Nasara",
        "Tammaha",
        "Wafakoye",
        "Haské",
        "Gomni",
    ),
}

_GIVEN: dict[str, dict[str, tuple[str, ...]]] = {
    "ML": {
        "F": ("Zeinabou", "Halimatou", "Aminata", "Aïssata", "Fadimata", "Mariam", "Salimata"),
        "M": ("Ibrahim", "Alhousseini", "Hamadoun", "Oumar", "Boubacar"),
    },
    "BF": {
        "F": ("Fatimata", "Mariama", "Hadiatou", "Rasmata", "Awa", "Safiatou", "Damata"),
        "M": ("Boureima", "Hamidou", "Yempabou", "Issa"),
    },
    "NE": {
        "F": ("Hadiza", "Ramatou", "Zeinabou", "Salamatou", "Fati", "Mariama", "Aïchatou"),
        "M": ("Moussa", "Adamou", "Issoufou", "Hassane"),
    },
}
_SURNAMES: dict[str, tuple[str, ...]] = {
    "ML": ("Maïga", "Touré", "Cissé", "Guindo", "Kassogué", "Dicko", "Alassane", "Tamboura"),
    "BF": (
        "Dicko",
        "Diallo",
        "Tall",
        "Sawadogo",
        "Ouédraogo",
        "Sana",
        "Thiombiano",
        "Cissé",
        "Lompo",
        "Ganamé",
    ),
    "NE": ("Seyni", "Hamani", "Hassane", "Issoufou", "Oumarou", "Hamidou", "Garba", "Zabeirou", "Soumana"),
}

# Whom the problems name: the sister of a committee member, and one president behind two spellings.
_NAMED: dict[tuple[str, str], str] = {
    ("G-MP13", "treasurer"): "Zeinabou Seyni",
    ("G-MP15", "president"): "Awa Ouédraogo",
    ("G-MP18", "president"): "Awa Ouédraogo",
}
_SELLERS = {"Ibrahim Alassane"}
_SAME_PHONE = {"G-MP15": "G-MP18"}

_CHANNELS: dict[str, str] = {
    "G-MP01": "sfd",
    "G-MP02": "sfd",
    "G-MP03": "orange_money",
    "G-MP06": "airtel_money",
    "G-MP05": "bank",
}
_HOLDERS: dict[str, str] = {"G-MP03": "Halimatou Tamboura"}
"""A wallet registered in another name than the group's: the operator refuses the first payment."""
_TREASURER_HOLDS = {"G-A-018"}
"""An account opened in the treasurer's name (problem 1)."""

ROLES = ("president", "treasurer", "secretary")

_DIALS = {"ML": "+22370", "BF": "+22670", "NE": "+22790"}
_PAPERS = {"ML": "NINA", "BF": "CNIB B", "NE": "CNI"}
_LEGAL: dict[str, dict[str, str]] = {
    "ML": {"association": "Récépissé n° {n:03d}/P-CG", "groupement": "Agrément n° {n:03d}/DRDSES"},
    "BF": {"association": "Récépissé n° {n:03d}/MATD/RSHL", "groupement": "Agrément n° {n:03d}/HC"},
    "NE": {"association": "Arrêté n° {n:03d}/MI/DGAPJ", "groupement": "Agrément n° {n:03d}/PDT"},
}
_REGISTER = "RSCOOP n° {n:04d}-B"


@cache
def people_of(country: str, sex: str) -> tuple[str, ...]:
    """Each first name with each surname of a country's pools, without the institution's own people."""
    taken = {person.name for person in STAFF.values()} | set(_NAMED.values()) | _SELLERS
    given, surnames = _GIVEN[country][sex], _SURNAMES[country]
    names = [
        f"{given[i % len(given)]} {surnames[(i % len(given) + i // len(given)) % len(surnames)]}"
        for i in range(len(given) * len(surnames))
    ]
    return tuple(name for name in dict.fromkeys(names) if name not in taken)


def of(place: str) -> str:
    """`de Konna`, `d'Ansongo`: how a French name carries a place."""
    return f"d'{place}" if place[0] in "AEÉIOUY" else f"de {place}"


def commune_name(code: str) -> str:
    """The name of a commune of the shipped table."""
    return reference.by_code()[code].name


def phone(country: str, seq: int, role: int) -> str:
    """A sample telephone in the country's form, eight digits after the prefix; never to be dialled."""
    return f"{_DIALS[country]}{20_000 + seq * 10 + role:06d}"


def legal_paper(country: str, form: str, seq: int) -> str:
    """The number of an invented récépissé, agrément, arrêté or registration, by country and form."""
    if form in ("scoops", "union"):
        return _REGISTER.format(n=seq)
    known = _LEGAL[country]
    return known.get(form, known["association"]).format(n=seq)


def with_bureaus(found: dict[str, Group]) -> dict[str, Group]:
    """The same groups with their three officers: presidents first, so that no two share a name by chance."""
    used: dict[tuple[str, str], int] = {}
    bureaus: dict[str, list[Officer]] = {code: [] for code in found}
    for role, title in enumerate(ROLES):
        for code, group in found.items():
            sex = _sexes(group)[role]
            names = people_of(group.country, sex)
            name = _NAMED.get((code, title))
            if name is None:
                turn = used.get((group.country, sex), 0)
                used[(group.country, sex)] = turn + 1
                name = names[turn % len(names)]
            seq = seq_of(code)
            bureaus[code].append(
                Officer(
                    role=title,
                    name=name,
                    sex=sex,
                    phone=group.phone if role == 0 else phone(group.country, seq, role),
                    paper=f"{_PAPERS[group.country]}{1_000_000 + seq * 100 + role}",
                    can_sign=(seq + role) % 4 != 0,
                )
            )
    return {
        code: replace(
            group,
            officers=tuple(bureaus[code]),
            account_holder=bureaus[code][1].name if code in _TREASURER_HOLDS else group.account_holder,
        )
        for code, group in found.items()
    }


def _sexes(group: Group) -> tuple[str, str, str]:
    if group.category == "women" or group.men == 0:
        return ("F", "F", "F")
    return ("F" if group.women > group.men else "M", "F", "M")


def seq_of(code: str) -> int:
    """The running number behind a group's samples (phone, papers): that of its project or of its file."""
    stem, number = code.removeprefix("G-")[:1], int(code[-2:] if "MP" in code else code[-3:])
    return number + {"M": 0, "A": 100, "B": 200, "C": 300}[stem]


def make(
    code: str,
    name: str,
    legal_form: str,
    category: str,
    commune: str,
    members: int,
    women: int,
    men: int,
    youth: int,
    displaced: int = 0,
    board_only: bool = False,
    subgroups: int = 0,
    masked: bool = False,
) -> Group:
    """A group with its papers and account, derived from its code; `with_bureaus` gives it its officers."""
    country = reference.by_code()[commune].country
    seq = seq_of(code)
    channel = _CHANNELS.get(code, ("bank", "sfd")[seq % 2])
    first_phone = phone(country, seq_of(_SAME_PHONE.get(code, code)), 0)
    wallet = channel.endswith("_money") or channel == "wave"
    return Group(
        code=code,
        name=name,
        legal_form=legal_form,
        category=category,
        country=country,
        commune=commune,
        founded_j=-900 - seq * 11,
        legal_paper=legal_paper(country, legal_form, seq),
        members=members,
        women=women,
        men=men,
        youth=youth,
        displaced=displaced,
        board_only=board_only,
        subgroups=subgroups,
        phone=first_phone,
        channel=channel,
        account_number=first_phone if wallet else rib(country, "01001", seq),
        account_holder=_HOLDERS.get(code, name),
        officers=(),
        masked=masked,
    )


def _of_row(code: str, name: str, row: dict[str, str]) -> Group:
    return make(
        code,
        name,
        row["legal_form"],
        row["category"],
        row["commune"],
        members=int(row["members"]),
        women=int(row["women"]),
        men=int(row["men"]),
        youth=int(row["youth"]),
        displaced=int(row["displaced"]),
        board_only=row["board_only"] == "1",
        subgroups=int(row["subgroups"]),
        masked=row.get("masked") == "1",
    )


@cache
def of_projects() -> dict[str, Group]:
    """The groups of the twenty-six projects, by code (`G-MP01` …)."""
    found = {}
    for table in ("microprojects.csv", "the_eleven_others.csv"):
        for row in tables.rows(PACKAGE, table):
            code = f"G-{row['code']}"
            found[code] = _of_row(code, row["group"], row)
    return found
