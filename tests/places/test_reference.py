"""The shipped units: whole, without orphans, and equal to the tables they were compiled from."""

import csv
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from portfolio.kit import tables
from portfolio.places import reference

SHARED = Path(__file__).parents[2].parent / "shared" / "refdata"
REFORM = date(2025, 7, 2)
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the collected sources are not beside the clone"
)

# The collected table writes these names in English or without their accent.
RESPELLED = {"ML": "Mali", "NE": "Niger", "ML10": "Ménaka"}


def shared(name: str) -> list[dict[str, str]]:
    with (SHARED / name).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def standing(country: str, level: int) -> list[reference.Unit]:
    return [u for u in reference.units() if (u.country, u.level) == (country, level) and u.valid_to is None]


def test_no_duplicate_code_and_no_orphan_parent() -> None:
    codes = Counter(unit.code for unit in reference.units())
    assert [code for code, seen in codes.items() if seen > 1] == []
    for unit in reference.units():
        if unit.level == 0:
            assert unit.parent == ""
            continue
        parent = reference.by_code()[unit.parent]
        assert (parent.level, parent.country) == (unit.level - 1, unit.country), unit
        if unit.valid_to is None:
            assert parent.valid_to is None, unit


def test_parents_come_before_children() -> None:
    seen: set[str] = {""}
    for unit in reference.units():
        assert unit.parent in seen, unit
        seen.add(unit.code)


@pytest.mark.parametrize(
    ("country", "counts"), [("ML", (1, 10, 53, 701)), ("BF", (1, 17, 47, 351)), ("NE", (1, 8, 67, 266))]
)
def test_counts_of_standing_units(country: str, counts: tuple[int, ...]) -> None:
    own = {"ML-R17"}  # named by a call, not yet in Mali's public table
    assert (
        tuple(len([u for u in standing(country, level) if u.code not in own]) for level in range(4)) == counts
    )


def test_old_burkina_units_stay_for_history() -> None:
    old = [u for u in reference.units() if u.valid_to is not None]
    assert Counter((u.country, u.level) for u in old) == {("BF", 1): 13, ("BF", 2): 5}
    assert {u.valid_to for u in old} == {date(2025, 7, 1)}
    sahel = reference.by_code()["BF56"]
    assert sahel.stands_on(date(2025, 7, 1)) and not sahel.stands_on(REFORM)
    kuilse = reference.by_code()["BF49"]
    assert kuilse.name == "Kuilsé"
    assert kuilse.stands_on(REFORM) and not kuilse.stands_on(date(2025, 7, 1))
    assert reference.by_code()["BF5602"].stands_on(date(2019, 1, 1))  # Séno only changed region
    assert reference.by_code()["BF49-2020"].name == "Centre-Nord"


def test_mali_says_which_division_it_follows() -> None:
    mali = [u for u in reference.units() if u.country == "ML" and u.level in (1, 2) and u.code != "ML-R17"]
    assert mali and all(reference.MALI_DIVISION in u.source for u in mali)
    assert "19 régions" in reference.MALI_NOTE["fr"] and "159 cercles" in reference.MALI_NOTE["fr"]


# Every place named by the demo portfolio: country, kind, name, and the unit it must lie in.
DEMO_PLACES = [
    ("ML", "région", "Gao", "Mali"),
    ("ML", "cercle", "Gao", "Gao"),
    ("ML", "commune", "Gao", "Gao"),
    ("ML", "commune", "Gabéro", "Gao"),
    ("ML", "cercle", "Ansongo", "Gao"),
    ("ML", "commune", "Ansongo", "Ansongo"),
    ("ML", "cercle", "Bourem", "Gao"),
    ("ML", "commune", "Bourem", "Bourem"),
    ("ML", "région", "Ménaka", "Mali"),
    ("ML", "région", "Mopti", "Mali"),
    ("ML", "cercle", "Mopti", "Mopti"),
    ("ML", "commune", "Konna", "Mopti"),
    ("ML", "région", "Bandiagara", "Mali"),
    ("ML", "cercle", "Bandiagara", "Mopti"),
    ("ML", "commune", "Bandiagara", "Bandiagara"),
    ("BF", "région", "Liptako", "Burkina Faso"),
    ("BF", "province", "Séno", "Liptako"),
    ("BF", "province", "Yagha", "Liptako"),
    ("BF", "province", "Oudalan", "Liptako"),
    ("BF", "commune", "Dori", "Séno"),
    ("BF", "commune", "Bani", "Séno"),
    ("BF", "commune", "Sebba", "Yagha"),
    ("BF", "commune", "Gorom-Gorom", "Oudalan"),
    ("BF", "région", "Soum", "Burkina Faso"),
    ("BF", "province", "Djelgodji", "Soum"),
    ("BF", "commune", "Djibo", "Djelgodji"),
    ("BF", "région", "Kuilsé", "Burkina Faso"),
    ("BF", "province", "Sandbondtenga", "Kuilsé"),
    ("BF", "province", "Bam", "Kuilsé"),
    ("BF", "commune", "Kaya", "Sandbondtenga"),
    ("BF", "commune", "Barsalogho", "Sandbondtenga"),
    ("BF", "commune", "Kongoussi", "Bam"),
    ("NE", "région", "Tillabéri", "Niger"),
    ("NE", "département", "Téra", "Tillabéri"),
    ("NE", "département", "Say", "Tillabéri"),
    ("NE", "département", "Torodi", "Tillabéri"),
    ("NE", "département", "Ayerou", "Tillabéri"),
    ("NE", "département", "Tillabéri", "Tillabéri"),
    ("NE", "département", "Kollo", "Tillabéri"),
    ("NE", "région", "Dosso", "Niger"),
    ("NE", "département", "Loga", "Dosso"),
    ("NE", "commune", "Téra", "Téra"),
    ("NE", "commune", "Méhana", "Téra"),
    ("NE", "commune", "Say", "Say"),
    ("NE", "commune", "Torodi", "Torodi"),
    ("NE", "commune", "Ayerou", "Ayerou"),
    ("NE", "commune", "Dessa", "Tillabéri"),
    ("NE", "commune", "Kollo", "Kollo"),
    ("NE", "commune", "Loga", "Loga"),
]


@pytest.mark.parametrize("place", DEMO_PLACES, ids=" ".join)
def test_every_place_of_the_demo_is_there(place: tuple[str, str, str, str]) -> None:
    country, kind, name, parent = place
    found = [
        u
        for u in reference.units()
        if (u.country, u.kind, u.name) == (country, kind, name)
        and u.valid_to is None
        and reference.by_code()[u.parent].name == parent
    ]
    assert len(found) == 1, found


def test_the_unit_missing_from_the_tables_says_so() -> None:
    unit = reference.by_code()["ML-R17"]
    assert not unit.is_confirmed and "loi 2023-006" in unit.source


def test_ancestry_climbs_to_the_country() -> None:
    assert [u.name for u in reference.ancestry("BF560304")] == ["Djibo", "Djelgodji", "Soum", "Burkina Faso"]


def test_the_map_draws_every_region_once() -> None:
    outlines = reference.regions_map()
    assert Counter(o.country for o in outlines) == {"ML": 10, "BF": 17, "NE": 8}
    width, height = (int(part) for part in reference.VIEW_BOX.split()[2:])
    for outline in outlines:
        unit = reference.by_code()[outline.code]
        assert (unit.level, unit.name, unit.valid_to) == (1, outline.name, None)
        assert re.fullmatch(r"[MmLlzZ0-9,. \-]+", outline.path), outline.code
        assert 0 <= outline.label_x <= width and 0 <= outline.label_y <= height
    assert f"viewBox: {reference.VIEW_BOX}" in tables.provenance(
        reference.PACKAGE, "regions_map.svgpaths.csv"
    )


def test_the_disclaimer_and_the_licence_are_kept() -> None:
    assert "Nations Unies" in reference.DISCLAIMER["fr"] and "United Nations" in reference.DISCLAIMER["en"]
    for name in ("units.csv", "regions_map.svgpaths.csv"):
        assert "CC BY-IGO" in tables.provenance(reference.PACKAGE, name)


@needs_shared
def test_units_equal_the_collected_table() -> None:
    iso = {"MLI": "ML", "BFA": "BF", "NER": "NE"}
    for row in shared("unites_administratives_cod_ab.csv"):
        country, level = iso[row["iso3"]], int(row["niveau"])
        if (country, level) == ("BF", 2):
            continue  # spelt as in the reform: the next test
        mine = reference.by_code().get(f"{row['pcode']}-2020") or reference.by_code()[row["pcode"]]
        name = RESPELLED.get(row["pcode"], row["nom"])
        assert (mine.name, mine.level, mine.country) == (name, level, country)
        if country != "BF":
            assert mine.parent == row["parent_pcode"]


@needs_shared
def test_burkina_provinces_equal_the_collected_reform() -> None:
    expected = {
        (r["province_2025"], r["region_2025"], r["region_pcode_2025"]) for r in shared("bf_reforme_2025.csv")
    }
    found = {(u.name, reference.by_code()[u.parent].name, u.parent) for u in standing("BF", 2)}
    assert found == expected


@needs_shared
def test_outlines_equal_the_collected_map() -> None:
    svg = (SHARED / "carte_regions_2025.svg").read_text(encoding="utf-8")
    drawn = dict(re.findall(r'<path id="([^"]+)"[^>]* d="([^"]+)"', svg))
    assert {o.code: o.path for o in reference.regions_map()} == drawn
    labels = {
        r["pcode"]: (int(r["svg_x"]), int(r["svg_y"])) for r in shared("carte_regions_2025_etiquettes.csv")
    }
    assert {o.code: (o.label_x, o.label_y) for o in reference.regions_map()} == labels
