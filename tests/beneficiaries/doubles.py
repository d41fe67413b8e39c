"""Five hundred records of payees and people as clerks of three countries enter them, forty of them twice, and many that only look so (M14).

Made from a seed by rules of spelling and of life, without a look at how the product compares. A double keeps some of what it was and is written
by another hand: names respelt or turned round, a letter lost, villages by their other spelling, the same telephone and the same number written
otherwise or left out. Beside them stand those that are alike and are not the same: groups of one name in every other commune, two Aïssata Maïga
in two villages, a mother and her daughter with one telephone, groups that give the telephone of their union or of the head office of their SFD,
shops of one name in two towns, sellers of one market.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import Any

GROUPS, SHOPS, PEOPLE = 184, 92, 184
TWICE = {"group": 16, "supplier": 8, "person": 16}

COMMUNES = ("ML070101", "ML070102", "ML070103", "ML070201", "ML070202", "ML070301")
VILLAGES = {
    "Labbezanga": ("Labezanga", "Labbézanga"), "Tassiga": ("Tasiga", "Tassigua"), "Ouatagouna": ("Watagouna", "Ouattagouna"),
    "Karou": ("Karu", "Karrou"), "Bentia": ("Bintia", "Bentya"), "Bara": ("Barra",), "Fafa": ("Faffa",), "Kobi": ("Koby", "Kobbi"),
    "Tabango": ("Tabangho",), "Monzonga": ("Monzongha", "Mondzonga"), "Seyna": ("Seina",), "Bazi": ("Bazzi", "Bazy"),
}  # fmt: skip
OWN = "Benkadi Djiguiya Sabougnouma Sininyesigui Badenya Wafakoye Albarka Songtaaba Nabonswendé Alafia Faso-Kanu Yiriwa Kaoural Nafa Anniya Hamdallaye Jigisèmè Tilwate Bonferey Zaara".split()
OWN_SPELT = {
    "Benkadi": ("Ben-kadi", "Bénkady", "Benkadhi"), "Djiguiya": ("Jiguiya", "Djigiya", "Djiguya"), "Sabougnouma": ("Sabugnuma", "Sabou-Gnouma"),
    "Sininyesigui": ("Sinignèsigui", "Sini Nyesigui"), "Badenya": ("Badégna", "Badenia"), "Wafakoye": ("Wafakoy", "Ouafakoye"), "Albarka": ("Al Barka", "Albaraka"),
    "Songtaaba": ("Song-Taaba", "Songtaba"), "Alafia": ("Alafiya", "Alaafia"), "Kaoural": ("Kawral", "Kaural"), "Anniya": ("Aniya", "Annia"),
    "Hamdallaye": ("Hamdalaye", "Hamdallay"), "Bonferey": ("Bonféré", "Bonfery"), "Yiriwa": ("Yriwa",), "Nafa": ("Naffa",), "Zaara": ("Zara",),
}  # fmt: skip
KINDS = ("Groupement féminin", "Association", "Groupement", "Coopérative", "Association des jeunes")
KINDS_SPELT = {"Groupement féminin": ("Gpt féminin", "Groupement des femmes"), "Association": ("Asso", "Assoc."), "Groupement": ("Gpt", "Grpt"),
               "Coopérative": ("Coop", "Société coopérative"), "Association des jeunes": ("Assoc. jeunes", "Association jeunes")}  # fmt: skip
FIRST = {"F": "Fatoumata Aminata Aïssata Mariam Kadidiatou Rokia Salimata Hawa Zeïnabou Djénéba Oumou Ramatou Hadiza Nafissa Balkissa Rakiatou Bintou Assétou".split(),
         "M": "Oumarou Ibrahim Moussa Abdoulaye Mahamadou Ousmane Seydou Boubacar Amadou Souleymane Hamidou Adama Issoufou Yacouba Almoustapha Garba".split()}  # fmt: skip
FAMILY = "Cissé Maïga Touré Coulibaly Diallo Traoré Ouédraogo Sawadogo Barry Djibo Hama Sidibé Keïta Dicko Soumana Kaboré Tall Haïdara Guindo Konaté Sangaré Bocoum Arby Albachir".split()
SPELT = {
    "Fatoumata": ("Fatimata", "Fatoumatta"), "Aminata": ("Aminatta", "Aminatou"), "Aïssata": ("Aissata", "Aïssatou", "Aichata"), "Mariam": ("Mariama", "Maryam"),
    "Kadidiatou": ("Kadidjatou", "Khadidiatou"), "Djénéba": ("Jeneba", "Dieneba"), "Zeïnabou": ("Zénabou", "Zeinabu"), "Oumarou": ("Umaru", "Oumaru"),
    "Ibrahim": ("Ibrahima", "Brahima"), "Abdoulaye": ("Abdulaye", "Abdoulay"), "Mahamadou": ("Mahamadu", "Mouhamadou"), "Ousmane": ("Usman", "Ousman"),
    "Seydou": ("Seidou", "Saidou"), "Cissé": ("Sissé", "Cisse"), "Maïga": ("Maiga", "Mayga"), "Touré": ("Toure", "Turé"), "Coulibaly": ("Koulibaly", "Kulibali"),
    "Diallo": ("Jallo", "Dialo"), "Ouédraogo": ("Ouedraogo", "Wedraogo"), "Sidibé": ("Cidibé", "Sidibe"), "Traoré": ("Traore",), "Keïta": ("Keita", "Kéita"),
    "Kaboré": ("Kabore",), "Hawa": ("Awa",), "Barry": ("Bari", "Barri"), "Haïdara": ("Haidara", "Aïdara"), "Konaté": ("Konate", "Konatey"), "Sangaré": ("Sangare",),
    "Bocoum": ("Bokoum", "Bocum"), "Souleymane": ("Suleymane", "Soulemane"), "Yacouba": ("Yakouba",), "Boubacar": ("Bubacar", "Boubakar"),
}  # fmt: skip
TOWNS = {"Gao": ("Gao, grand marché", "Gao, quartier Château"), "Ansongo": ("Ansongo, marché", "Ansongo, route de Gao"), "Ménaka": ("Ménaka, centre",),
         "Sévaré": ("Sévaré, carrefour", "Sévaré, près de la gare"), "Bourem": ("Bourem, marché",)}  # fmt: skip
TRADES = ("Ets {family} et Frères", "Quincaillerie {word}", "Librairie {word}", "{first} {family}, marché", "Pharmacie vétérinaire {word}", "Menuiserie {family}", "Société {word} Intrants",
          "Garage {family}")  # fmt: skip
WORDS = "Moderne Niger Delta Sahel Avenir Espoir Étoile Progrès Dunes Fleuve Liptako Baobab".split()


@dataclass
class Record:
    """One record as typed; `same_as` is the number of the one that it is again, None for itself; `why` says what it is here for."""

    kind: str
    typed: dict[str, Any]
    account: str = ""
    identity: str = ""
    same_as: int | None = None
    why: str = ""


class Clerk:
    """Whoever types, with a seed."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.records: list[Record] = []
        self.phones = 0

    def phone(self) -> str:
        self.phones += 1
        return f"7{self.draw.randint(0, 9)}{self.phones:06d}"

    def person(self, sex: str = "") -> tuple[str, str]:
        sex = sex or self.draw.choice("FM")
        return f"{self.draw.choice(FIRST[sex])} {self.draw.choice(FAMILY)}", sex

    def other(self, name: str) -> tuple[str, str]:
        """Somebody of another family: the two of one bureau are two people."""
        found = self.person()
        while found[0].split()[-1] == name.split()[-1]:
            found = self.person()
        return found

    def rib(self) -> str:
        return f"ML{self.draw.choice(('016', '043', '102'))} 0{self.draw.randint(1000, 9999)} {self.draw.randint(10**10, 10**11):012d} {self.draw.randint(10, 99)}"

    # -- another hand -----------------------------------------------------------------------------------------------------

    def slip(self, word: str) -> str:
        """A letter lost, doubled or changed place, as on a keyboard."""
        if len(word) < 5:
            return word
        at = self.draw.randrange(1, len(word) - 2)
        kind = self.draw.randrange(3)
        return word[:at] + (word[at + 1 :] if kind == 0 else word[at] + word[at:] if kind == 1 else word[at + 1] + word[at] + word[at + 2 :])

    def respelt(self, name: str) -> str:
        words = [self.draw.choice(SPELT.get(word, (word,))) for word in name.split()]
        if self.draw.random() < 0.2:
            at = self.draw.randrange(len(words))
            words[at] = self.slip(words[at])
        if self.draw.random() < 0.4:
            words.reverse()
        return " ".join(words).upper() if self.draw.random() < 0.15 else " ".join(words)

    def dialled(self, phone: str) -> str:
        pairs = " ".join(phone[i : i + 2] for i in range(0, 8, 2))
        return self.draw.choice((pairs, f"+223 {pairs}", f"00223{phone}", f"+223-{phone[:4]}-{phone[4:]}", pairs.replace(" ", ".")))

    def rewritten(self, number: str) -> str:
        """The same account: without blanks, with dashes, as an IBAN, in small letters, O for 0; a wallet with its prefix."""
        if re.fullmatch(r"\d{8}", number):
            return self.dialled(number)
        bare = number.replace(" ", "")
        return self.draw.choice((bare, number.replace(" ", "-"), f"ML13 {number}", f"ML13{bare}", bare.lower(), bare.replace("0", "O", 1)))

    # -- groups -----------------------------------------------------------------------------------------------------------

    def group(self, why: str = "", **fixed: Any) -> int:
        kind, own = self.draw.choice(KINDS), self.draw.choice(OWN)
        commune = self.draw.choice(COMMUNES)
        name = f"{kind} {own}" + (f" {self.draw.choice(('II', 'de l’Est', 'Nord', 'Amitié', 'Espoir'))}" if self.draw.random() < 0.4 else "")
        president, sex = self.person()
        treasurer, sex_2 = self.other(fixed.get("president", president))
        number = len(self.records)
        typed = {"name": name, "category": "association", "place_code": commune, "village": self.draw.choice(list(VILLAGES)), "president": president,
                 "president_sex": sex, "president_phone": self.phone(), "treasurer": treasurer, "treasurer_sex": sex_2, "treasurer_phone": self.phone(),
                 "registration": f"{self.draw.randint(10, 9999):04d}/P-{commune[2:4]} du {self.draw.randint(1, 28)}/{self.draw.randint(1, 12)}/20{self.draw.randint(10, 25)}"}  # fmt: skip
        typed |= fixed
        # A wallet is on a telephone of one's own, never on that of the union or of the head office.
        account = self.rib() if "treasurer_phone" in fixed or self.draw.random() < 0.6 else typed["treasurer_phone"]
        self.records.append(Record("group", typed, account=account, identity=f"NINA {self.draw.randint(10**13, 10**14)}", why=why))
        return number

    def group_again(self, at: int) -> None:
        was = self.records[at].typed
        kind = next(k for k in sorted(KINDS, key=len, reverse=True) if was["name"].startswith(k))
        words = was["name"][len(kind) :].split()
        words = [self.draw.choice(OWN_SPELT.get(word, (word,))) for word in words]
        name = f"{self.draw.choice((*KINDS_SPELT[kind], kind))} {' '.join(words)}"
        if self.draw.random() < 0.2:
            name = " ".join([*name.split()[:-1], self.slip(name.split()[-1])])
        typed = {**was, "name": name, "village": self.draw.choice(VILLAGES[was["village"]]), "president": self.respelt(was["president"]),
                 "treasurer": self.respelt(was["treasurer"]), "president_phone": self.dialled(was["president_phone"]),
                 "treasurer_phone": self.dialled(was["treasurer_phone"])}  # fmt: skip
        # What was left out, changed or is new since: never all of it.
        for name_, share in (("village", 0.15), ("president_phone", 0.4), ("treasurer_phone", 0.4), ("registration", 0.5)):
            if self.draw.random() < share:
                typed[name_] = None
        if self.draw.random() < 0.25:
            typed["treasurer"], typed["treasurer_sex"] = self.other(was["president"])
        keeps = self.draw.random() < 0.6
        paper = self.records[at].identity.replace(" ", self.draw.choice(("", "-", " n° "))).lower() if self.draw.random() < 0.4 else ""
        self.records.append(Record("group", typed, self.rewritten(self.records[at].account) if keeps else self.rib(), paper, at, "double"))

    # -- shops ------------------------------------------------------------------------------------------------------------

    def shop(self, why: str = "", **fixed: Any) -> int:
        first, family = self.person("M")[0].split()[0], self.draw.choice(FAMILY)
        town = self.draw.choice(list(TOWNS))
        name = self.draw.choice(TRADES).format(family=family, first=first, word=self.draw.choice(WORDS))
        sells_in_market = name.endswith("marché")
        number = len(self.records)
        tax = "" if sells_in_market else f"08{self.draw.randint(10**6, 10**7):07d}{self.draw.choice('ABCDEFXY')}"
        typed = {"name": name, "country": "ML", "address": self.draw.choice(TOWNS[town]), "tax_number": tax, "phone": self.phone(),
                 "trade_register": "" if sells_in_market else f"MA.{town[:3].upper()}.20{self.draw.randint(10, 25)}.B.{number:03d}"}  # fmt: skip
        self.records.append(Record("supplier", typed | fixed, account=self.rib() if not sells_in_market else typed["phone"], why=why))
        return number

    def shop_again(self, at: int) -> None:
        was = self.records[at].typed
        name = was["name"].replace("Ets", self.draw.choice(("Établissements", "Ets."))).replace("Société", "Sté").replace(" et Frères", " & Frères")
        name = " ".join(self.draw.choice(SPELT.get(w, (w,))) for w in name.split())
        typed = {**was, "name": name.upper() if self.draw.random() < 0.2 else name, "phone": self.dialled(was["phone"]),
                 "trade_register": was["trade_register"].replace(".", self.draw.choice(("-", " ", "/"))), "tax_number": ""}  # fmt: skip
        if self.draw.random() < 0.4:
            typed["phone"] = None
        if self.draw.random() < 0.4:
            typed["trade_register"] = ""
        if self.draw.random() < 0.3:
            typed["address"] = ""
        keeps = self.draw.random() < 0.7
        self.records.append(Record("supplier", typed, self.rewritten(self.records[at].account) if keeps else self.rib(), "", at, "double"))

    # -- people -----------------------------------------------------------------------------------------------------------

    def reached(self, why: str = "", **fixed: Any) -> int:
        name, sex = self.person()
        number = len(self.records)
        typed = {"full_name": name, "sex": sex, "birth_year": self.draw.randint(1950, 2008), "village": self.draw.choice(list(VILLAGES)),
                 "phone": self.phone() if self.draw.random() < 0.7 else None}  # fmt: skip
        self.records.append(Record("person", typed | fixed, why=why))
        return number

    def reached_again(self, at: int) -> None:
        was = self.records[at].typed
        typed = {**was, "full_name": self.respelt(was["full_name"]), "birth_year": was["birth_year"] + self.draw.choice((-2, -1, 0, 0, 0, 1, 2)),
                 "village": self.draw.choice((was["village"], *VILLAGES[was["village"]])), "phone": self.dialled(was["phone"]) if was["phone"] else None}  # fmt: skip
        # One thing less than the first time, rarely two.
        if self.draw.random() < 0.3:
            typed["phone"] = None
        if self.draw.random() < 0.15:
            typed["birth_year"] = None
        elif self.draw.random() < 0.1:
            typed["village"] = None
        self.records.append(Record("person", typed, same_as=at, why="double"))


def look_alikes(clerk: Clerk) -> None:
    """Alike, and not the same."""
    draw = clerk.draw
    for commune in COMMUNES:  # one name in every commune; and in one commune two villages that have one each
        clerk.group("one name everywhere", name="Groupement féminin Benkadi", place_code=commune, village=draw.choice(("Bara", "Fafa", "Bazi")))
    clerk.group("one name, two villages", name="Association Albarka", place_code="ML070101", village="Karou")
    clerk.group("one name, two villages", name="Association Albarka", place_code="ML070101", village="Seyna")
    union = clerk.phone()
    for _n in range(4):
        clerk.group("telephone of the union", president_phone=union, place_code="ML070102", village="Tassiga")
    office = clerk.phone()
    for commune in COMMUNES[:5]:
        clerk.group("head office of the SFD", treasurer_phone=office, place_code=commune)
    for village in ("Bentia", "Kobi"):
        clerk.group("two presidents of one name", president="Aïssata Maïga", president_sex="F", place_code="ML070103", village=village)
        clerk.reached("two women of one name", full_name="Aïssata Maïga", sex="F", birth_year=1984 if village == "Bentia" else 1985, village=village)
    for mother, daughter in (("Fatoumata Touré", "Hawa Cissé"), ("Mariam Diallo", "Oumou Maïga"), ("Rokia Barry", "Salimata Dicko")):
        phone, village, year = clerk.phone(), draw.choice(list(VILLAGES)), draw.randint(1955, 1975)
        clerk.reached("mother and daughter, one telephone", full_name=mother, sex="F", birth_year=year, village=village, phone=phone)
        clerk.reached("mother and daughter, one telephone", full_name=daughter, sex="F", birth_year=year + 22, village=village, phone=phone)
    for year in (1958, 1991):
        clerk.reached("grandmother and granddaughter of one name", full_name="Kadidiatou Haïdara", sex="F", birth_year=year, village="Monzonga")
    for sex, name in (("F", "Adama Traoré"), ("M", "Adama Traoré")):
        clerk.reached("sister's and brother's name", full_name=name, sex=sex, birth_year=1990, village="Tabango")
    for town in ("Gao", "Ansongo", "Sévaré"):
        clerk.shop("one name in three towns", name="Quincaillerie Moderne", address=TOWNS[town][0])
    lent = clerk.phone()
    clerk.shop("telephone lent", name="Menuiserie Arby", phone=lent, address="Ménaka, centre")
    clerk.shop("telephone lent", name="Garage Tall", phone=lent, address="Ménaka, centre")


def make(seed: int) -> list[Record]:
    """Five hundred records in the order in which they are entered: forty of them are another again."""
    clerk = Clerk(seed)
    look_alikes(clerk)
    wanted = {"group": GROUPS, "supplier": SHOPS, "person": PEOPLE}
    for kind, one in (("group", clerk.group), ("supplier", clerk.shop), ("person", clerk.reached)):
        while sum(r.kind == kind for r in clerk.records) < wanted[kind]:
            one()
    again = {"group": clerk.group_again, "supplier": clerk.shop_again, "person": clerk.reached_again}
    for kind, many in TWICE.items():
        ordinary = [n for n, r in enumerate(clerk.records) if r.kind == kind and not r.why]
        for at in clerk.draw.sample(ordinary, many):
            again[kind](at)
    assert len(clerk.records) == 500 and sum(r.same_as is not None for r in clerk.records) == 40
    return clerk.records
