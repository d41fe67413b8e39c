"""The twenty-two articles of the convention. Clauses are written once, here; figures, names and dates come from the facts."""

from __future__ import annotations

from portfolio.agreements.pdf.parts import ACCOUNTS, OFFICES, Facts, long_day
from portfolio.kit.pdf import amount
from portfolio.kit.words import amount_in_words

Article = tuple[int, str, list[str]]


def articles(facts: Facts) -> list[Article]:
    """Every article in its order: number, title, paragraphs."""
    return [*_money(facts), *_conduct(facts), *_end(facts)]


def _account(facts: Facts) -> list[str]:
    account = facts["account"]
    signing = [o for o in facts["officers"] if o["signs"]]
    names = " et ".join(f"{o['name']}, {OFFICES[(o['office'], o['sex'])]}" for o in signing[:2])
    if not account:
        paid = "Les sommes sont versées sur un compte ouvert au nom du bénéficiaire, vérifié avant tout versement."
    else:
        paid = (
            f"Les sommes sont versées sur le {ACCOUNTS[account['kind']]} ouvert auprès de {account['provider']} au nom de "
            f"« {account['holder']} », n° se terminant par {account['number'].lstrip('…')}."
        )
    signers = f"Ce compte fonctionne sous deux signatures : {names}." if len(signing) >= 2 else (
        "Ce compte fonctionne sous deux signatures."
    )  # fmt: skip
    return [
        f"{paid} {signers}",
        "Tout changement de compte est notifié par écrit, vérifié par une seconde personne de l'Autorité, et n'est payé "
        "qu'après un délai de vingt-quatre heures.",
    ]


def _money(facts: Facts) -> list[Article]:
    total = facts["amount_minor"]
    cost = total + facts["own_cash_minor"] + facts["own_kind_minor"]
    refused = " ; ".join(x[:1].lower() + x[1:].rstrip(" .;") for x in facts["refused_expenses"])
    return [
        (
            1,
            "Objet",
            [
                f"La présente convention fixe les conditions dans lesquelles l'Autorité accorde au bénéficiaire une subvention pour la "
                f"réalisation du micro-projet « {facts['title']} » ({facts['place']}), décrit à l'annexe 1."
            ],
        ),
        (
            2,
            "Pièces contractuelles",
            [
                "Les pièces qui lient les parties sont, dans l'ordre où elles prévalent : la décision portant attribution, la présente "
                "convention, ses avenants, ses annexes (description, budget, calendrier des décaissements, objectifs, formulaires), puis "
                f"le dossier n° {facts['application']}."
            ],
        ),
        (
            3,
            "Durée et entrée en vigueur",
            [
                "La convention entre en vigueur à la date de la dernière signature. Les activités se déroulent du "
                f"{long_day(facts['starts_on'])} au {long_day(facts['ends_on'])}. Une dépense engagée hors de cette période n'est pas "
                "éligible, sauf avenant signé avant son terme."
            ],
        ),
        (
            4,
            "Montant, fonds, imputation, apport",
            [
                f"La subvention s'élève à {amount_in_words(total)} ({amount(total)}), sur un coût total de {amount(cost)}. Elle est "
                f"imputée sur la ligne {facts['line']} du fonds {facts['fund']} ({facts['donor']}), exercice {facts['exercice']}, engagement "
                f"n° {facts['commitment']['reference']}.",
                f"Le bénéficiaire apporte {amount(facts['own_cash_minor'])} en numéraire et {amount(facts['own_kind_minor'])} en nature, "
                "valorisés à l'annexe 2. La subvention est un maximum : elle n'est ni révisée à la hausse ni indexée.",
            ],
        ),
        (
            5,
            "Budget",
            [
                "Le budget figure à l'annexe 2. Les lignes financées par la subvention totalisent exactement son montant. Le financement "
                "se répartit ainsi :"
            ],
        ),
        (
            6,
            "Décaissements",
            [
                "La subvention est décaissée par tranches, dont la somme est égale à son montant. Une tranche n'est payée que si toutes "
                "ses conditions sont remplies et constatées ; à défaut, l'Autorité fait connaître au bénéficiaire ce qui manque, en francs.",
            ],
        ),
        (7, "Compte", _account(facts)),
        (
            8,
            "Obligations du bénéficiaire",
            [
                "Le bénéficiaire réalise les activités de l'annexe 1 sous sa responsabilité, tient un cahier de caisse et un registre des "
                "pièces, informe ses membres en assemblée de chaque somme reçue et dépensée, et signale sans délai tout fait qui compromet "
                "le micro-projet. Il ne cède ni ne délègue la présente convention."
            ],
        ),
        (
            9,
            "Achats",
            [
                "Les achats sont décidés par le comité d'achat du bénéficiaire, sur comparaison d'au moins trois offres au-dessus du seuil "
                "communiqué par l'Autorité. Aucun membre du bureau, ni son conjoint ou parent, n'est fournisseur. Un achat n'est pas "
                "fractionné pour rester sous un seuil. Lorsque la tranche est payée directement au fournisseur, l'Autorité conduit l'achat et "
                "remet les biens au bénéficiaire par procès-verbal."
            ],
        ),
        (
            10,
            "Rapports",
            [
                "Le bénéficiaire remet un rapport d'exécution et un rapport financier avec le bordereau des pièces avant chaque demande de "
                "tranche, et un rapport final dans les trente jours qui suivent la fin des activités, signés de la présidence et de la trésorerie."
            ],
        ),
        (
            11,
            "Dépenses éligibles et inéligibles, pièces admises",
            [
                "Est éligible la dépense prévue au budget, faite pendant la durée de la convention, nécessaire au micro-projet, payée et "
                "justifiée par une pièce originale admise : facture définitive acquittée, reçu individuel dans la limite fixée, attestation "
                "de vente de bétail, état d'émargement, ou contrat avec procès-verbal de réception et facture. Une facture pro forma, un devis "
                "ou un relevé de paiement seul ne justifie pas une dépense.",
                (f"Sont inéligibles : {refused}." if refused else "Sont inéligibles les dépenses sans rapport avec le micro-projet.")
                + " La même pièce n'est présentée qu'une fois, quel que soit le bailleur.",
            ],
        ),
        (
            12,
            "Justification et reversement",
            [
                "Chaque avance est justifiée dans le délai fixé au calendrier. Le vérificateur accepte, met en suspens ou rejette chaque "
                "dépense par écrit, avec son motif. Ce qui est rejeté, non justifié ou non dépensé est reversé à l'Autorité dans les trente "
                "jours de la mise en demeure, sur ordre de reversement ; une quittance est délivrée."
            ],
        ),
    ]  # fmt: skip


def _conduct(facts: Facts) -> list[Article]:
    complaints = f" Plaintes : {facts['complaints']}." if facts["complaints"] else ""
    corruption = f" Signalement de corruption : {facts['corruption']}." if facts["corruption"] else ""
    return [
        (
            13,
            "Contrôle, audit, conservation des pièces",
            [
                "L'Autorité, ses auditeurs et ceux du bailleur accèdent à tout moment aux lieux, aux biens, aux comptes et aux pièces. Le "
                f"bénéficiaire conserve les originaux pendant {facts['retention_years']} ans après la clôture."
            ],
        ),
        (
            14,
            "Visibilité",
            [
                "Le bénéficiaire mentionne le soutien de l'Autorité et du bailleur selon leurs indications, sauf lorsque cette mention "
                "exposerait des personnes : l'Autorité le décide alors par écrit."
            ],
        ),
        (
            15,
            "Genre, ne pas nuire, exploitation et abus sexuels, fraude, blanchiment",
            [
                "Le bénéficiaire veille à la participation effective des femmes, des jeunes et des personnes déplacées, et à ce que le "
                "micro-projet n'aggrave aucune tension. Toute exploitation ou abus sexuel, tout harcèlement, toute fraude, corruption, tout "
                "blanchiment ou financement du terrorisme entraîne la résiliation et la restitution des sommes, sans préjudice des poursuites."
                f"{complaints}{corruption}"
            ],
        ),
        (
            16,
            "Données personnelles",
            [
                "Les noms, téléphones, pièces d'identité et photographies ne sont recueillis qu'avec l'accord des personnes et pour le suivi "
                "du micro-projet. Chacun peut consulter, faire corriger ou effacer ce qui le concerne"
                + (f", auprès de : {facts['data_contact']}." if facts["data_contact"] else ".")
            ],
        ),
        (
            17,
            "Équipements : propriété, inventaire, interdiction de céder",
            [
                "Les équipements acquis appartiennent au bénéficiaire, qui les inscrit à un inventaire et les entretient. Ils ne sont ni "
                "vendus, ni prêtés contre paiement, ni donnés en garantie pendant trois ans. En cas de dissolution, l'Autorité en décide "
                "l'affectation au profit de la même communauté."
            ],
        ),
        (
            18,
            "Avenants, virements entre lignes",
            [
                f"Un virement inférieur à {facts['virement_percent']} % de la ligne qui reçoit est signalé dans le rapport financier. "
                "Au-delà, et pour toute prolongation, tout changement de calendrier, de signataire ou de compte, un avenant est signé "
                "avant la dépense. Un avenant n'augmente pas la subvention et ne touche pas une tranche payée."
            ],
        ),
    ]


def _end(facts: Facts) -> list[Article]:
    return [
        (
            19,
            "Suspension, résiliation",
            [
                "L'Autorité suspend les décaissements, par lettre motivée, lorsque le bénéficiaire n'exécute pas ses obligations. Après mise "
                "en demeure restée sans effet pendant trente jours, elle résilie la convention ; les sommes non justifiées sont reversées."
            ],
        ),
        (
            20,
            "Force majeure",
            [
                "Un événement imprévisible et irrésistible, constaté par un acte pour une zone et une période, suspend les délais et les "
                "obligations qu'il empêche, jusqu'à l'acte qui le lève. Les délais sont prolongés d'autant de jours."
            ],
        ),
        (
            21,
            "Différends",
            [
                "Les différends sont réglés à l'amiable, au besoin devant l'autorité communale ou coutumière choisie par les deux parties ; à "
                "défaut d'accord dans les trente jours, ils sont portés devant les juridictions compétentes du siège de l'Autorité."
            ],
        ),
        (
            22,
            "Signatures",
            [
                "La présente convention est établie en trois originaux. Elle a été lue et, s'il y a lieu, traduite au bénéficiaire, qui "
                "déclare en avoir compris les termes."
            ],
        ),
    ]
