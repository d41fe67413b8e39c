"""The institution's staff, committees and delegations. Names of §5.7 of the demo; three posts it left unnamed
(procurement officer, internal auditor, administrator) are invented here."""

from dataclasses import replace

from portfolio.seed.data.model import Committee, Delegation, RoleGrant, Seat, Staff

_ALL = ("all", "")


def _staff(name: str, sex: str, function: str, office: str, *roles: str, country: str = "") -> Staff:
    scope = ("country", country) if country else _ALL
    return Staff(
        login=login_of(name),
        name=name,
        sex=sex,
        function=function,
        office=office,
        roles=tuple(RoleGrant(role, *scope) for role in roles),
    )


_PLAIN = str.maketrans("àâäçéèêëîïôöùûüÀÂÉÈÎÔ", "aaaceeeeiioouuuAAEEIO")


def login_of(name: str) -> str:
    """`"Fadimata Touré"` → `"fadimata.toure"`: what a demo account types to sign in."""
    return ".".join(name.translate(_PLAIN).lower().replace("’", "").replace("'", "").split())


_STAFF: tuple[Staff, ...] = (
    _staff("Fadimata Touré", "F", "Agent de saisie", "Gao", "intake_agent", country="ML"),
    _staff("Aïssata Maïga", "F", "Chargée de subventions", "Gao", "grants_officer", country="ML"),
    _staff("Hamidou Tamboura", "M", "Chargé de subventions", "Dori", "grants_officer", country="BF"),
    _staff("Ramatou Hamani", "F", "Chargée de subventions", "Tillabéri", "grants_officer", country="NE"),
    _staff("Mariam Guindo", "F", "Cheffe de programme", "Siège", "programme_head"),
    _staff("Oumar Guindo", "M", "Évaluateur", "Siège", "assessor"),
    _staff("Zeinabou Hassane", "F", "Évaluatrice", "Siège", "assessor"),
    _staff("Souleymane Bancé", "M", "Évaluateur", "Siège", "assessor"),
    _staff("Hadiatou Tall", "F", "Évaluatrice", "Siège", "assessor"),
    _staff("Issoufou Garba", "M", "Secrétaire du comité", "Siège", "committee_secretary"),
    _staff(
        "Salimata Kassogué",
        "F",
        "Présidente du comité de sélection",
        "Siège",
        "committee_president",
        "committee_member",
    ),
    _staff("Moussa Zabeirou", "M", "Vice-président du comité", "Siège", "committee_member"),
    _staff("Rasmata Sawadogo", "F", "Membre du comité de sélection", "Siège", "committee_member"),
    _staff("Alhousseini Ag Mohamed", "M", "Membre du comité de sélection", "Siège", "committee_member"),
    _staff("Hadiza Seyni", "F", "Membre du comité de sélection", "Siège", "committee_member"),
    _staff("Boureima Cissé", "M", "Membre du comité de sélection", "Siège", "committee_member"),
    _staff("Yempabou Lompo", "M", "Membre du comité de sélection", "Siège", "committee_member"),
    _staff("Aminata Walet Alhassane", "F", "Suppléante", "Siège", "committee_member"),
    _staff("Hassane Mounkaila", "M", "Suppléant", "Siège", "committee_member"),
    _staff(
        "Adamou Soumana",
        "M",
        "Président de la commission des marchés",
        "Siège",
        "committee_president",
        "committee_member",
    ),
    _staff("Safiatou Sana", "F", "Membre de la commission des marchés", "Siège", "committee_member"),
    _staff("Boubacar Cissé", "M", "Membre de la commission des marchés", "Siège", "committee_member"),
    _staff("Aïchatou Garba", "F", "Membre de la commission des marchés", "Siège", "committee_member"),
    _staff("Issa Ganamé", "M", "Membre de la commission des marchés", "Siège", "committee_member"),
    _staff("Hamadoun Tamboura", "M", "Membre de la commission de réception", "Gao", "reception_member"),
    _staff("Mariama Diallo", "F", "Membre de la commission de réception", "Dori", "reception_member"),
    _staff(
        "Salamatou Issoufou", "F", "Membre de la commission de réception", "Tillabéri", "reception_member"
    ),
    _staff("Assitan Doumbia", "F", "Chargée des marchés", "Siège", "procurement_officer"),
    _staff("Abdoul Karim Soumana", "M", "Contrôleur financier", "Siège", "financial_controller"),
    _staff("Seydou Barro", "M", "Ordonnateur", "Siège", "authorising_officer"),
    _staff("Haoua Abdou", "F", "Ordonnatrice déléguée", "Siège", "authorising_officer"),
    _staff("Mahamadou Sidibé", "M", "Agent comptable", "Siège", "accountant"),
    _staff("Fati Oumarou", "F", "Caissière", "Siège", "cashier"),
    _staff("Idrissa Bazongo", "M", "Auditeur interne", "Siège", "internal_auditor"),
    _staff("Nafissatou Balima", "F", "Auditrice externe", "Siège", "external_auditor"),
    _staff("Kadiatou Samaké", "F", "Administratrice du système", "Siège", "administrator"),
)

_BY_THE_COUNCIL = "seydou.barro"
APPOINTED_J = -460
"""The day of the decisions that appoint, before the product is set up."""

STAFF: dict[str, Staff] = {
    person.login: replace(
        person,
        act="Résolution n° 03/CM" if person.login == _BY_THE_COUNCIL else f"Décision n° {number:03d}/SE",
    )
    for number, person in enumerate(_STAFF, 21)
}
"""By login. Nobody holds two links of the payment chain (R7)."""

OFFICES: dict[str, str] = {"ML": "Gao", "BF": "Dori", "NE": "Tillabéri"}
"""The counter where a paper file of each country is handed in."""

OFFICERS: dict[str, str] = {"ML": "aissata.maiga", "BF": "hamidou.tamboura", "NE": "ramatou.hamani"}
"""The grants officer who follows the files of each country."""


def _seats(committee: str, *rows: tuple[str, str, str]) -> tuple[Seat, ...]:
    return tuple(
        Seat(
            committee=committee,
            person=login_of(name) if login_of(name) in STAFF else "",
            name=name,
            capacity=capacity,
            function=function,
            voice=capacity == "titulaire",
        )
        for name, capacity, function in rows
    )


COMMITTEES: dict[str, Committee] = {
    committee.code: committee
    for committee in (
        Committee(
            code="selection",
            title="Comité de sélection des micro-projets",
            act="Décision n° 004/SE portant création du comité de sélection",
            act_j=-435,
            quorum=5,
            seats=_seats(
                "selection",
                ("Salimata Kassogué", "titulaire", "présidente"),
                ("Moussa Zabeirou", "titulaire", "vice-président"),
                ("Rasmata Sawadogo", "titulaire", "membre"),
                ("Alhousseini Ag Mohamed", "titulaire", "membre"),
                ("Hadiza Seyni", "titulaire", "membre"),
                ("Boureima Cissé", "titulaire", "membre"),
                ("Yempabou Lompo", "titulaire", "membre"),
                ("Aminata Walet Alhassane", "suppléant", "membre"),
                ("Hassane Mounkaila", "suppléant", "membre"),
                ("Astrid Hauge", "observateur", "Coopération de Norlande (fictive)"),
                ("Mariama Hamidou", "observateur", "société civile"),
            ),
        ),
        Committee(
            code="procurement",
            title="Commission des marchés",
            act="Décision n° 005/SE portant création de la commission des marchés",
            act_j=-435,
            quorum=3,
            seats=_seats(
                "procurement",
                ("Adamou Soumana", "titulaire", "président"),
                ("Safiatou Sana", "titulaire", "membre"),
                ("Boubacar Cissé", "titulaire", "membre"),
                ("Aïchatou Garba", "titulaire", "membre"),
                ("Issa Ganamé", "titulaire", "membre"),
            ),
        ),
        Committee(
            code="reception",
            title="Commission de réception",
            act="Décision n° 006/SE portant création de la commission de réception",
            act_j=-435,
            quorum=2,
            seats=_seats(
                "reception",
                ("Hamadoun Tamboura", "titulaire", "président"),
                ("Mariama Diallo", "titulaire", "membre"),
                ("Salamatou Issoufou", "titulaire", "membre"),
            ),
        ),
    )
}

PRESENT_FIRST_CONVENING: tuple[str, ...] = ("salimata.kassogue", "rasmata.sawadogo", "yempabou.lompo")
PRESENT_SECOND_CONVENING: tuple[str, ...] = (
    "salimata.kassogue",
    "moussa.zabeirou",
    "rasmata.sawadogo",
    "hadiza.seyni",
    "yempabou.lompo",
)
"""Who came to the two sessions of AAP-2025-01: three voices of seven, then five (problem 11)."""

DELEGATIONS: tuple[Delegation, ...] = (
    Delegation(
        giver="seydou.barro",
        receiver="haoua.abdou",
        kind="delegation",
        act="Décision n° 011/SE portant délégation de signature",
        act_j=-400,
        from_j=-400,
        to_j=330,
        ceiling=5_000_000,
    ),
)

ASSESSORS: tuple[str, ...] = ("oumar.guindo", "hadiatou.tall", "souleymane.bance", "zeinabou.hassane")

DEMO_APPLICANTS: dict[str, str] = {
    "anniya.ansongo": "G-MP01",
    "benkadi.konna": "G-MP03",
    "haske.tera": "G-MP09",
}
"""Groups that follow their files by themselves: login → group."""
