"""The three calls for proposals, with their criteria, papers, places, tags and calendar."""

from portfolio.kit import tables
from portfolio.seed.data.model import Call, Criterion, Funnel, Piece, ReservedShare, SessionPlan, tags

PACKAGE = "portfolio.seed"

PIECES: dict[str, Piece] = {
    piece.code: piece
    for piece in (
        Piece("signed_request", 1, "Demande signée"),
        Piece("legal_paper", 2, "Récépissé, agrément, arrêté ou immatriculation, selon le pays et la forme"),
        Piece("member_list", 3, "Liste des membres, signée"),
        Piece("assembly_minutes", 4, "Procès-verbal de l'assemblée générale décidant le projet"),
        Piece(
            "officers_papers", 5, "Pièces d'identité de la présidente, de la trésorière et de la secrétaire"
        ),
        Piece("account_certificate", 6, "Attestation de compte au nom du groupement"),
        Piece("budget", 7, "Budget détaillé"),
        Piece(
            "three_quotations",
            8,
            "Trois factures pro forma au-dessus de 1 000 000 F CFA",
            "line_above_1000000",
        ),
        Piece("commune_opinion", 9, "Avis de la commune"),
        Piece("land_certificate", 10, "Attestation de cession ou d'usage du terrain", "works_or_gardens"),
        Piece("technical_opinion", 11, "Avis du service technique", "water_school_health_corridor"),
        Piece("calendar_visa", 12, "Calendrier des activités visé par les communes"),
    )
}
_ALL = (
    "signed_request",
    "legal_paper",
    "member_list",
    "assembly_minutes",
    "officers_papers",
    "account_certificate",
)

PLACES_2025 = (
    ("ML0703", "ML0701", "ML0702", "ML10", "ML0506")
    + ("BF5602", "BF5604", "BF-DJELGODJI", "BF4903")
    + ("NE006011", "NE006010", "NE006013", "NE006002", "NE006012")
)
"""Gao, Ansongo, Bourem, Ménaka, Mopti; Séno, Yagha, Djelgodji, Sandbondtenga; Téra, Say, Torodi, Ayerou,
Tillabéri."""

PLACES_BANDIAGARA = ("ML0501", "ML0502", "ML0505")
"""The région de Bandiagara as the 2021 division shows it: cercles of Bandiagara, Bankass and Koro."""

EXCLUSIONS = ("advance_over_180_days", "tied_to_sitting_member", "open_grant")
TIE_BREAK = ("inclusion", "cohesion", "order_of_filing")

CRITERIA: tuple[Criterion, ...] = tuple(
    Criterion(
        call=row["call"],
        code=row["code"],
        title=row["title"],
        weight=int(row["weight"]),
        floor=int(row["floor"]) if row["floor"] else None,
        levels=(row["level0"], row["level1"], row["level2"], row["level3"], row["level4"], row["level5"]),
    )
    for row in tables.rows(PACKAGE, "criteria.csv")
)


def criteria(call: str) -> tuple[Criterion, ...]:
    """The criteria of one call, in the order of its notice."""
    return tuple(criterion for criterion in CRITERIA if criterion.call == call)


CALLS: dict[str, Call] = {
    call.code: call
    for call in (
        Call(
            code="AAP-2025-01",
            title="Relèvement économique et services de base des femmes et des jeunes des zones frontalières",
            summary=(
                "Financer de petits projets qui rendent un revenu aux ménages et un service proche aux "
                "communes des trois frontières, portés par des groupements de femmes et de jeunes."
            ),
            state="in_execution",
            envelope=125_000_000,
            lines=(("F1-AAP25", 105_000_000), ("F3-AAP25", 20_000_000)),
            reserved=(ReservedShare("women", 40), ReservedShare("youth", 20)),
            grant_floor=1_500_000,
            grant_ceiling=10_000_000,
            contribution_percent=10,
            contribution_note="Aucune part en numéraire n'est demandée aux personnes déplacées.",
            months=12,
            applicants=("women_group", "youth_association", "cooperative", "committee", "union"),
            applicants_note=(
                "Groupements de femmes, associations de jeunes, coopératives immatriculées, comités de "
                "gestion (eau, école, santé), unions."
            ),
            min_members=0,
            min_age_years=0,
            min_youth_percent=0,
            exclusions=EXCLUSIONS,
            places=PLACES_2025,
            pieces=(
                *_ALL,
                "budget",
                "three_quotations",
                "commune_opinion",
                "land_certificate",
                "technical_opinion",
            ),
            tags=tags("A1.1=40 A1.3=30 A3.2=30 PBF-MS=70 PBF-RN=20 PBF-RE=10 ODD-1=60 ODD-5=30 ODD-16=10"),
            total_floor=60,
            tie_break=TIE_BREAK,
            assessors_per_file=2,
            published_j=-420,
            questions_until_j=-395,
            answers_j=-392,
            deadline_j=-380,
            deadline_hour="16:00",
            pieces_until_j=-362,
            scoring_from_j=-358,
            scoring_to_j=-345,
            sessions=(SessionPlan(-340, 1, 3, 7, "no_quorum"), SessionPlan(-333, 2, 5, 7, "held")),
            decision_j=-325,
            notification_j=-320,
            appeals_until_j=-305,
            funnel=Funnel(
                filed=46,
                late=1,
                examined=45,
                admissible=41,
                eligible=39,
                scored=39,
                ranked=33,
                awarded=22,
                waiting=8,
                not_selected=3,
            ),
        ),
        Call(
            code="AAP-2026-01",
            title="Métiers et filières des groupements de femmes et de jeunes",
            summary=(
                "Aider des groupements déjà en activité à gagner une étape dans leur filière : transformer, "
                "conditionner, vendre mieux."
            ),
            state="scored",
            envelope=45_000_000,
            lines=(("F1-AAP26", 45_000_000),),
            reserved=(ReservedShare("women", 40), ReservedShare("youth", 25)),
            grant_floor=1_500_000,
            grant_ceiling=8_000_000,
            contribution_percent=10,
            contribution_note="",
            months=10,
            applicants=("women_group", "youth_association", "cooperative"),
            applicants_note=(
                "Groupements de femmes, associations de jeunes, coopératives ; au moins 15 membres et un an "
                "d'existence."
            ),
            min_members=15,
            min_age_years=1,
            min_youth_percent=0,
            exclusions=EXCLUSIONS,
            places=(*PLACES_2025, *PLACES_BANDIAGARA, "NE006008", "NE003007", "BF5601", "BF4901"),
            pieces=(*_ALL, "budget", "three_quotations"),
            tags=tags("A1.1=50 A3.2=50 PBF-MS=100 ODD-1=50 ODD-5=50"),
            total_floor=60,
            tie_break=TIE_BREAK,
            assessors_per_file=3,
            published_j=-75,
            questions_until_j=-55,
            answers_j=-52,
            deadline_j=-40,
            deadline_hour="16:00",
            pieces_until_j=-25,
            scoring_from_j=-20,
            scoring_to_j=-4,
            sessions=(SessionPlan(6, 1, 7, 7, "planned"),),
            decision_j=12,
            notification_j=15,
            appeals_until_j=None,
            funnel=Funnel(
                filed=26,
                late=0,
                examined=26,
                admissible=25,
                eligible=23,
                scored=23,
                ranked=16,
                awarded=0,
                waiting=0,
                not_selected=0,
            ),
        ),
        Call(
            code="AAP-2026-02",
            title="Jeunes artisans de paix",
            summary=(
                "Soutenir des activités courtes, menées par des jeunes, qui réunissent ceux qu'un désaccord "
                "éloigne : théâtre, sport, radio, médiation."
            ),
            state="open",
            envelope=60_000_000,
            lines=(("F2-AAP26", 60_000_000),),
            reserved=(ReservedShare("woman_president", 50),),
            grant_floor=1_000_000,
            grant_ceiling=5_000_000,
            contribution_percent=10,
            contribution_note="",
            months=6,
            applicants=("youth_association", "youth_group"),
            applicants_note=(
                "Associations et groupements de jeunes, dont 70 % au moins ont entre 15 et 35 ans ; au moins "
                "10 membres."
            ),
            min_members=10,
            min_age_years=0,
            min_youth_percent=70,
            exclusions=EXCLUSIONS,
            places=PLACES_2025,
            pieces=(*_ALL, "calendar_visa"),
            tags=tags("A3.4=60 A3.2=40 PBF-RE=100 ODD-16=100"),
            total_floor=60,
            tie_break=("young_women", "peace", "order_of_filing"),
            assessors_per_file=2,
            published_j=-18,
            questions_until_j=10,
            answers_j=13,
            deadline_j=24,
            deadline_hour="16:00",
            pieces_until_j=38,
            scoring_from_j=40,
            scoring_to_j=50,
            sessions=(SessionPlan(55, 1, 7, 7, "planned"),),
            decision_j=62,
            notification_j=65,
            appeals_until_j=None,
            funnel=Funnel(
                filed=9,
                late=0,
                examined=0,
                admissible=0,
                eligible=0,
                scored=0,
                ranked=0,
                awarded=0,
                waiting=0,
                not_selected=0,
                drafts=6,
            ),
        ),
    )
}

REFUSED_EXPENSES = (
    "Achat de terrain, amende, pénalité, remboursement de dette, salaire d'agent public, armes, alcool et "
    "tabac, dépense engagée avant la signature de la convention."
)
CAPS = (
    ("Frais de fonctionnement", 10, "fonctionnement, loyer, registres, carburant"),
    ("Formation", 20, "formation"),
)
"""What the rules of every call cap: the category, its share of the grant in percent, the words that name its lines."""

FREE_NOTICE = "Le dossier de candidature est gratuit."
