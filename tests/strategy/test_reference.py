"""The shipped frameworks: complete, dated, quoted, and equal to what they were compiled from."""

import csv
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from portfolio.kit import tables
from portfolio.strategy import reference

SHARED = Path(__file__).parents[2].parent / "shared"
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the collected sources are not beside the clone"
)
CODES = [fact.code for fact in reference.frameworks()]


def tree(code: str) -> dict[str, reference.ObjectiveFact]:
    return {fact.code: fact for fact in reference.objectives(code) + reference.untitled_objectives(code)}


def test_the_frameworks_of_the_sources_are_there_once() -> None:
    assert Counter(CODES) == dict.fromkeys(["ALG", "PBF", "ODD", "UNSDCF", "ISF", "HRP", "ITSP"], 1)
    assert all(fact.source and fact.licence and fact.title for fact in reference.frameworks())


def test_codes_are_unique_and_no_parent_is_an_orphan() -> None:
    everything = [fact for code in CODES for fact in tree(code).values()]
    rows = list(tables.rows(reference.PACKAGE, "objectives.csv"))
    assert len({(row["framework"], row["code"]) for row in rows}) == len(rows) == len(everything)
    for code in CODES:
        seen = {""}
        for row in rows:
            if row["framework"] == code:
                assert row["parent"] in seen, row
                seen.add(row["code"])


def test_the_authority_strategy_has_every_part() -> None:
    levels = Counter(fact.level for fact in reference.objectives("ALG"))
    assert levels == {
        "objectif_global": 1,
        "objectif_specifique_general": 3,
        "axe": 3,
        "objectif_strategique": 3,
        "objectif_specifique": 10,
    }
    assert len(reference.expected_results("ALG")) == 10
    assert len(reference.principles("ALG")) == 12
    assert all(result.objective in tree("ALG") for result in reference.expected_results("ALG"))


def test_the_six_sub_objectives_of_axis_two_are_counted_and_not_invented() -> None:
    unknown = reference.untitled_objectives("ALG")
    assert [fact.code for fact in unknown] == [f"A2.1.{number}" for number in range(1, 7)]
    assert {fact.parent for fact in unknown} == {"A2.1"}
    assert all(reference.untitled_objectives(code) == [] for code in CODES if code != "ALG")


@pytest.mark.parametrize(
    ("code", "count"), [("UNSDCF", 3), ("ISF", 5), ("HRP", 4), ("ITSP", 6), ("PBF", 3), ("ODD", 17)]
)
def test_counts(code: str, count: int) -> None:
    assert len(reference.objectives(code)) == count


def test_every_code_used_by_the_demo_exists() -> None:
    assert {"A1.1", "A1.3", "A1.4", "A1.5", "A3.2", "A3.4"} <= tree("ALG").keys()
    assert {"PBF-MS", "PBF-RN", "PBF-RE"} <= tree("PBF").keys()
    assert {"ODD-1", "ODD-5", "ODD-16"} <= tree("ODD").keys()


def test_only_the_three_open_frameworks_bind_a_call_of_today() -> None:
    for country in ("ML", "BF", "NE"):
        in_force = [fact.code for fact in reference.frameworks() if fact.in_force(country, date(2026, 3, 1))]
        assert in_force == ["ALG", "PBF", "ODD"]
    assert reference.framework("UNSDCF").in_force("ML", date(2024, 12, 31))
    assert not reference.framework("UNSDCF").in_force("NE", date(2024, 12, 31))
    assert not reference.framework("ITSP").in_force("ML", date(2022, 3, 1))


def test_the_goals_carry_their_official_colours() -> None:
    colours = [fact.colour for fact in reference.objectives("ODD")]
    assert len(set(colours)) == 17 and all(re.fullmatch(r"#[0-9A-F]{6}", colour) for colour in colours)


def test_the_crosswalk_joins_existing_objectives_and_covers_every_ended_framework() -> None:
    links = reference.crosswalk()
    assert len({(x.from_framework, x.from_code, x.to_framework, x.to_code) for x in links}) == len(links)
    for link in links:
        assert tree(link.from_framework)[link.from_code].is_known
        assert tree(link.to_framework)[link.to_code].is_known
    for code in ("UNSDCF", "ISF", "HRP", "ITSP", "PBF"):
        for objective in reference.objectives(code):
            assert any(x.from_code == objective.code and x.to_framework == "ALG" for x in links), objective


@pytest.mark.parametrize("name", reference.TABLES)
def test_every_table_names_its_source_and_licence(name: str) -> None:
    assert "licence:" in tables.provenance(reference.PACKAGE, name)


@needs_shared
def test_titles_equal_the_collected_tables() -> None:
    with (SHARED / "refdata" / "alg_strategie_axes.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            mine = tree("ALG")[row["code"]]
            assert (mine.title, mine.parent) == (row["libelle_fr"], row["parent"])
    with (SHARED / "refdata" / "odd_objectifs.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            mine = tree("ODD")[f"ODD-{row['code']}"]
            assert (mine.title, mine.colour) == (row["titre_fr"], row["couleur_officielle"])


@needs_shared
def test_quoted_titles_stand_in_their_source() -> None:
    def words(text: str) -> str:
        return re.sub(r"[\W_]+", " ", text).casefold().strip()

    def source(start: str) -> str:
        (found,) = (SHARED / "sources").glob(f"{start}-*.txt")
        return words(found.read_text(encoding="utf-8"))

    texts = {"ALG": source("000"), "PBF": source("001")}
    texts |= dict.fromkeys(["UNSDCF", "ISF", "HRP", "ITSP"], source("004"))
    for code, text in texts.items():
        for objective in reference.objectives(code):
            assert words(objective.title) in text, objective
