"""What a group writes on the seven pages of its file: the budget line by line, the rest in words that follow from the data."""

from __future__ import annotations

from portfolio.applications.forms import (
    ActivitiesPage,
    ActivityRow,
    BudgetPage,
    BudgetRow,
    ContributionPage,
    GroupPage,
    PageForm,
    PeoplePage,
    PiecesPage,
    ProjectPage,
)
from portfolio.places import queries as places
from portfolio.seed.data.calls import CALLS
from portfolio.seed.data.files import all_groups
from portfolio.seed.data.groups import commune_name, of
from portfolio.seed.data.model import File, Group
from portfolio.seed.data.projects import described
from portfolio.seed.stage import Stage, make
from portfolio.work import Work

NEEDS = {
    "MP01": "Les revenus des ménages tombent en fin de saison sèche, quand il faut vendre les bêtes au plus bas.",
    "MP02": "Les familles revenues ont perdu leurs bêtes ; sans noyau, elles n'ont ni lait ni épargne.",
    "MP03": "Le mil et le lait se vendent bruts et à bas prix ; les produits conditionnés viennent d'ailleurs.",
    "MP04": "Les femmes marchent jusqu'à six kilomètres pour moudre, et paient un tarif qui change chaque semaine.",
    "MP05": "Le marché n'est ravitaillé que par convoi ; les prix doublent entre deux convois.",
    "MP06": "Les jardins sont broutés et l'eau se tire à la main : une récolte sur deux est perdue.",
    "MP07": "Les jeunes n'ont pas de travail et les villages des quartiers périphériques pas de transport sûr.",
    "MP08": "Le tourisme s'est arrêté ; les cases d'accueil tombent et les jeunes guides partent.",
    "MP09": "Des querelles de champs et de puits opposent les jeunes de communes voisines.",
    "MP10": "Le quartier n'a qu'un puits à ciel ouvert, tari en avril, où l'attente crée des disputes.",
    "MP11": "Les enfants ont cours sous un hangar, et l'école n'a pas de latrines séparées.",
    "MP12": "Les évacuations se font à moto ou en charrette ; des femmes accouchent en route.",
    "MP13": "Le poisson se perd faute de fumage rapide, et le bois manque.",
    "MP14": "Des champs ont fermé le passage du bétail ; chaque hivernage apporte ses affrontements.",
    "MP15": "De jeunes déplacées n'ont ni métier ni revenu et dépendent de leurs hôtes.",
}
CHOSEN = (
    "Les membres sont choisies en assemblée générale publique, sur des critères lus à haute voix ; la liste est affichée "
    "à la mairie et au marché pendant huit jours."
)
TENSIONS = (
    "Le risque est que d'autres se sentent oubliés. Les hôtes et les déplacés sont servis ensemble, la chefferie et la "
    "commune suivent le choix, et une réunion ouverte est tenue chaque trimestre."
)
AFTER = (
    "Une caisse tenue par la trésorière reçoit une part des recettes ; le comité de gestion rend compte à l'assemblée "
    "deux fois l'an, et le service technique de la commune passe chaque trimestre."
)


def summary_of(file: File) -> str:
    """What the project does, in a sentence."""
    return described()[file.template].summary


def pages(stage: Stage, work: Work, file: File) -> dict[str, PageForm]:
    """The seven pages of a file, in their order."""
    group = all_groups()[file.group]
    where = of(commune_name(file.commune))
    return {
        "group": _group(stage, file, group),
        "project": make(
            ProjectPage,
            title=file.title,
            summary=summary_of(file),
            commune_id=places.by_code(work, file.commune).id,
            **({} if group.masked else {"village": f"Quartier du marché {where}"}),
            need=NEEDS[file.template],
            change=f"Au bout d'un an, le groupe vit de cette activité et les ménages {where} en profitent toute l'année.",
        ),
        "people": _people(group),
        "activities": _activities(stage, file),
        "budget": BudgetPage(
            lines=[
                make(
                    BudgetRow,
                    label=line.label,
                    unit=line.unit,
                    quantity=line.quantity,
                    price=line.unit_price,
                    source=line.financing,
                )
                for line in file.lines
            ]
        ),
        "contribution": ContributionPage(
            months=months(file),
            start_on=stage.day(CALLS[file.call].decision_j + 30),
            cash_from="Cotisations des membres, gardées par la trésorière",
            kind_how="Au prix de la journée et des matériaux en usage dans la commune",
            after=AFTER,
        ),
        "pieces": PiecesPage(),
    }


def months(file: File) -> int:
    """How long the project lasts, within what its call allows."""
    return CALLS[file.call].months - file.order % 3


def _group(stage: Stage, file: File, group: Group) -> GroupPage:
    return GroupPage(
        contact_name=group.officers[0].name,
        contact_capacity="Présidente" if group.officers[0].sex == "F" else "Président",
        contact_phone=group.officers[0].phone,
        general_assembly_on=stage.day(file.filed_j - 20 - file.order % 9),
        previous_grants="Aucune subvention de l'Autorité.",
        exact=True,
    )


def _people(group: Group) -> PeoplePage:
    scale = 60 if group.board_only else 5
    women, men = group.women * scale, group.men * scale + group.members
    return PeoplePage(
        women=women,
        men=men,
        youth=(women + men) * 2 // 5,
        displaced=min(group.displaced * 5, women + men),
        disabled=(women + men) // 40,
        indirect=(women + men) * 6,
        chosen=CHOSEN,
        tensions=TENSIONS,
    )


def _activities(stage: Stage, file: File) -> ActivitiesPage:
    last = months(file)
    paid = [line.label for line in file.lines if line.financing == "S"][:4]
    rows = [ActivityRow(label="Assemblée de lancement et choix des membres", first=1, last=1, who="Bureau")]
    rows += [
        ActivityRow(label=label, first=min(n + 1, last), last=min(n + 3, last), who="Comité d'achat")
        for n, label in enumerate(paid, 1)
    ]
    rows.append(
        ActivityRow(label="Suivi, comptes rendus et bilan", first=max(1, last - 2), last=last, who="Bureau")
    )
    return ActivitiesPage(
        rows=rows,
        results="L'activité tourne avec ses comptes tenus ; les recettes couvrent les charges dès le sixième mois.",
        partners="Mairie, service technique de la commune, radio communautaire.",
    )
