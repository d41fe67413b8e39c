"""The sixteen typical problems: their facts as data, and what a screen must then say."""

from portfolio.seed.data.model import (
    Amendment,
    ForceMajeure,
    Grievance,
    LineChange,
    Problem,
    Recovery,
    SignatoryChange,
)

PROBLEMS: tuple[Problem, ...] = (
    Problem(
        1,
        "A-018",
        "L'attestation de compte est au nom de la trésorière.",
        "Pièce « non conforme » ; lettre envoyée, reçue, réponse arrivée.",
        {"sent": -36, "received": -34, "answered": -27},
    ),
    Problem(
        2,
        "MP13",
        "La sœur d'une membre du comité (Hadiza Seyni) est la trésorière du groupement ; elle l'a déclaré.",
        "Aucun accès au dossier, sortie de la salle de 10 h 42 à 10 h 58, quorum du dossier 5 sur 7, au PV.",
        {"declared": -8, "session": 6},
    ),
    Problem(
        3,
        "MP15",
        "Même présidente et même téléphone que le « Groupement Songtaaba » de Kaya, déjà subventionné.",
        "Paire à trancher par une seconde personne ; dossier ajourné ; jamais fusionnée en silence.",
    ),
    Problem(
        4,
        "MP01 T3",
        "60,0 % de la tranche 2 justifiés, 75 % demandés.",
        "Tranche 3 bloquée : il manque 267 000 F CFA de dépenses acceptées ; qui débloque ; la pièce 6.",
        amounts={"accepted": 1_068_000, "tranche": 1_780_000, "missing": 267_000},
    ),
    Problem(
        5,
        "MP03 T1",
        "Le portefeuille n'est pas au nom du titulaire ; l'opérateur répond ECHEC ; corrigé, 24 h, payé.",
        "Ligne « échec » puis « payé », un seul effet sur les livres ; frais sur leur propre ligne.",
        {"failed": -112, "corrected": -107, "paid": -105},
        {"fee": 2_500},
    ),
    Problem(
        6,
        "MP06 T1",
        "La tranche dépasse le plafond d'un portefeuille.",
        "Refusée avant l'envoi ; passée au compte SFD.",
        {"refused": -64, "paid": -58},
        {"tranche": 2_655_200},
    ),
    Problem(
        7,
        "MP07",
        "La facture n° 0119 est présentée par deux subventions (MP07 et MP22).",
        "Bloquée jusqu'à éclaircissement ; ordre de reversement ; T2 gelée.",
        {"presented_first": -141, "ordered": -110},
        {"amount": 575_000},
    ),
    Problem(
        8,
        "MP05",
        "La route d'accès est fermée ; aucune visite ; avance de 214 jours.",
        "Force majeure de la zone : acte n°, dates ; délais arrêtés ; contrôle à distance.",
        {"paid": -214, "act": -180},
    ),
    Problem(
        9,
        "MP11",
        "Le ciment a augmenté : 60 jours de plus, 150 000 F CFA passés des tables-bancs aux latrines.",
        "Avenant n° 1 ; ancien et nouveau budget font tous deux 9 400 000 F CFA.",
        {"signed": -70},
        {"moved": 150_000, "total": 9_400_000},
    ),
    Problem(
        10,
        "MP02",
        "37 500 F CFA restent à la fin.",
        "Quittance, puis clôture au franc.",
        {"receipt": -60, "closed": -45, "follow_up": 135},
        {"left": 37_500},
    ),
    Problem(
        11,
        "AAP-2025-01",
        "Trois voix présentes sur sept à la première séance.",
        "PV de carence ; seconde convocation, cinq voix sur sept.",
        {"first": -340, "second": -333},
    ),
    Problem(
        12,
        "AAP-2025-01",
        "Un dossier arrive à 16 h 07 pour 16 h 00, un autre à 16 h 21 ; une crue coupait la route.",
        "Hors délai : refusé ; le second accepté par une décision motivée.",
        {"deadline": -380, "decision": -377},
    ),
    Problem(
        13,
        "MP12",
        "Le président de l'ASACO est remplacé pendant la convention.",
        "Nouveau signataire avec le PV d'assemblée ; les signatures anciennes restent valables.",
        {"minutes": -140, "registered": -136},
    ),
    Problem(
        14,
        "SMALL_ORDERS",
        "Trois bons de commande de 480 000 F CFA, un seul fournisseur, neuf jours.",
        "Fractionnement signalé : ensemble, ils passent le seuil de 500 000 F CFA.",
        {"first": -62, "last": -53},
        {"each": 480_000, "threshold": 500_000},
    ),
    Problem(
        15,
        "MP16",
        "Une membre dit que le troupeau a été partagé entre des parentes du bureau.",
        "Plainte à accès restreint ; visite décidée.",
        {"received": -26, "visit": 8},
    ),
    Problem(
        16,
        "MP20",
        "La tranche 1 a été employée à autre chose.",
        "Décompte, mise en demeure, résiliation, ordre de reversement, moitié payée.",
        {"notice": -170, "terminated": -140, "ordered": -130, "receipt": -60},
        {"ordered": 1_258_500, "paid": 629_250},
    ),
)

RECOVERIES: tuple[Recovery, ...] = (
    Recovery("MP02", 2, 37_500, "unspent", None, -66, ((-60, 37_500),)),
    Recovery("MP07", 1, 575_000, "rejected_expense", -130, -110, ()),
    Recovery("MP19", 3, 15_000, "unspent", None, -11, ()),
    Recovery("MP20", 1, 1_258_500, "termination", -170, -130, ((-60, 629_250),)),
)

FORCE_MAJEURE = ForceMajeure(
    act="Décision n° 018/SE constatant la force majeure dans la province du Djelgodji",
    act_j=-180,
    from_j=-195,
    lifted_j=None,
    places=("BF-DJELGODJI",),
    reason="Route d'accès fermée ; aucun convoi ni mission de suivi.",
)

AMENDMENT = Amendment(
    project="MP11",
    number=1,
    signed_j=-70,
    extra_days=60,
    changes=(
        LineChange("Tables-bancs", 32_500, 30_000),
        LineChange("Latrines à trois cabines", 1_900_000, 2_050_000),
    ),
    reason="Hausse du prix du ciment.",
)

SIGNATORY_CHANGE = SignatoryChange(
    project="MP12",
    role="president",
    new_name="Hamadoun Guindo",
    new_sex="M",
    minutes_j=-140,
    registered_j=-136,
)

GRIEVANCE = Grievance(
    project="MP16",
    received_j=-26,
    channel="counter",
    subject="Le troupeau commun aurait été partagé entre des parentes de membres du bureau.",
    restricted=True,
    visit_j=8,
)

WITHDRAWAL_J = -142
"""The group of rank 14 withdraws; the first of the waiting list is promoted."""

PROMOTION_DECISION_J = -135
"""The decision that promotes MP03."""

TERMINATION_J = -140
"""The grant MP20 is terminated."""
