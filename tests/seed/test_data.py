"""The demo portfolio as data: every sum is added again, and every count of its funnels."""

import re
from collections import Counter
from pathlib import Path

import pytest

from portfolio.kit import tables
from portfolio.places import reference
from portfolio.seed.data import (
    calls,
    files,
    life,
    money,
    others,
    people,
    projects,
    ranking,
    suppliers,
)
from portfolio.strategy import reference as strategy
from tests.seed.tables import ALL, GRANTS

FIFTEEN = list(projects.described().values())


TABLES = sorted(path.name for path in Path(projects.__file__).parent.glob("*.csv"))


@pytest.mark.parametrize("name", TABLES)
def test_every_table_names_its_source_and_licence(name: str) -> None:
    assert "licence:" in tables.provenance("portfolio.seed", name)


# money


def test_funds_convert_to_the_franc_and_split_into_their_lines() -> None:
    for fund in money.FUNDS.values():
        exponent = 1 if fund.currency == "XOF" else 100
        assert fund.foreign_minor * fund.rate_e4 == fund.amount * 10_000 * exponent, fund.code
        assert sum(line.amount for line in money.LINES.values() if line.fund == fund.code) == fund.amount
    assert [fund.amount for fund in money.FUNDS.values()] == [262_382_800, 71_808_000, 40_000_000]


def test_receipts_are_at_the_rate_and_sum_to_the_fund() -> None:
    for fund in money.FUNDS.values():
        mine = [receipt for receipt in money.RECEIPTS if receipt.fund == fund.code]
        assert sum(receipt.amount for receipt in mine) == fund.amount
        for receipt in mine:
            exponent = 1 if receipt.currency == "XOF" else 100
            assert receipt.foreign_minor * fund.rate_e4 == receipt.amount * 10_000 * exponent
    due = [receipt.code for receipt in money.RECEIPTS if not receipt.received]
    assert due == ["F2-R2"]


def test_each_call_is_covered_by_its_budget_lines() -> None:
    for call in calls.CALLS.values():
        assert sum(amount for _, amount in call.lines) == call.envelope
        for code, amount in call.lines:
            assert money.LINES[code].amount == amount and money.LINES[code].call == call.code


# calls


@pytest.mark.parametrize("call", calls.CALLS.values(), ids=lambda call: call.code)
def test_a_call_is_whole(call: calls.Call) -> None:
    grid = calls.criteria(call.code)
    assert sum(criterion.weight for criterion in grid) == 100
    assert all(len(set(criterion.levels)) == 6 and all(criterion.levels) for criterion in grid)
    assert all(code in calls.PIECES for code in call.pieces)
    assert all(reference.by_code()[code].valid_to is None for code in call.places)
    days = [call.published_j, call.questions_until_j, call.answers_j, call.deadline_j, call.pieces_until_j]
    days += [call.scoring_from_j, call.scoring_to_j, *(s.j for s in call.sessions), call.decision_j]
    assert days == sorted(days) and call.notification_j > call.decision_j


def test_floors_stated_by_the_demo() -> None:
    floors = {(c.call, c.code): c.floor for c in calls.CRITERIA if c.floor is not None}
    assert floors == {
        ("AAP-2025-01", "relevance"): 10,
        ("AAP-2025-01", "cohesion"): 10,
        ("AAP-2026-01", "viability"): 12,
        ("AAP-2026-01", "cohesion"): 7,
        ("AAP-2026-02", "peace"): 15,
    }


def _assert_weights(tags: tuple[tuple[str, int], ...]) -> None:
    known = {o.code: o.framework for code in ("ALG", "PBF", "ODD") for o in strategy.objectives(code)}
    sums: Counter[str] = Counter()
    for code, percent in tags:
        sums[known[code]] += percent
    assert sums == {"ALG": 100, "PBF": 100, "ODD": 100}


def test_tags_make_one_hundred_percent_of_each_framework() -> None:
    for call in calls.CALLS.values():
        _assert_weights(call.tags)
    for project in ALL.values():
        _assert_weights(project.tags)


# projects


@pytest.mark.parametrize("project", ALL.values(), ids=lambda project: project.code)
def test_a_project_adds_up(project: projects.Project) -> None:
    assert sum(tranche.amount for tranche in project.tranches) == project.grant
    assert project.total("S") + project.total("N") + project.total("V") == project.cost
    assert (project.total("N") + project.total("V")) * 10 >= project.cost
    call = calls.CALLS[project.call]
    assert call.grant_floor <= project.grant <= call.grant_ceiling
    unit = reference.by_code()[project.commune]
    assert unit.level == 3 and unit.valid_to is None
    assert {u.code for u in reference.ancestry(project.commune)} & set(call.places)
    for tranche in project.tranches:
        for condition in tranche.conditions:
            assert condition.split(":")[0] in projects.CONDITIONS


def test_the_eleven_described_grants_sum_as_the_demo_says() -> None:
    eleven = [p for p in FIFTEEN if p.call == "AAP-2025-01"]
    assert len(FIFTEEN) == 15 and len(eleven) == 11
    assert sum(p.grant for p in eleven) == 62_075_500


def test_the_eleven_others_stay_within_a_fifth_and_within_the_whole() -> None:
    assert len(others.others()) == 11
    for project in others.others().values():
        base = projects.described()[project.base]
        assert project.commune != base.commune
        for mine, theirs in zip(project.lines, base.lines, strict=True):
            assert (mine.label, mine.unit_price) == (theirs.label, theirs.unit_price)
            assert 80 * theirs.quantity <= 100 * mine.quantity <= 120 * theirs.quantity
    assert sum(project.grant for project in GRANTS) <= 124_500_000


def test_states_of_the_twenty_two_grants() -> None:
    assert Counter(project.state for project in GRANTS) == {
        "closed": 2,
        "closing": 2,
        "in_progress": 9,
        "blocked": 2,
        "suspended": 1,
        "terminated": 1,
        "recovering": 1,
        "just_signed": 2,
        "signed_by_group": 1,
        "promoted": 1,
    }


def test_grants_fit_the_lines_that_pay_them_and_the_reserved_shares() -> None:
    charged: Counter[str] = Counter()
    shares: Counter[str] = Counter()
    for project in GRANTS:
        charged[life.grants()[project.code].line] += project.grant
        shares[files.all_groups()[project.group].category] += project.grant
    assert all(total <= money.LINES[line].amount for line, total in charged.items())
    call = calls.CALLS["AAP-2025-01"]
    for reserved in call.reserved:
        assert shares[reserved.category] * 100 >= reserved.percent * call.envelope, reserved


# files


def test_funnel_of_the_first_call() -> None:
    mine = files.files_of("AAP-2025-01")
    funnel = calls.CALLS["AAP-2025-01"].funnel
    outcomes = Counter(file.outcome for file in mine)
    assert len(mine) == funnel.filed == 46
    assert outcomes["late"] == funnel.late == 1
    examined = funnel.filed - funnel.late
    admissible = examined - outcomes["inadmissible"]
    assert (examined, admissible) == (funnel.examined, funnel.admissible) == (45, 41)
    first_refused = outcomes["ineligible"] + sum(file.reinstated for file in mine)
    assert first_refused == 3
    eligible = admissible - first_refused + 1
    assert eligible == funnel.eligible == 39
    assert sum(bool(file.sheets) for file in mine) == funnel.scored == 39
    ranked = files.ranked_list("AAP-2025-01")
    assert [file.rank for file in ranked] == list(range(1, 34)) and funnel.ranked == 33
    assert outcomes["agreement"] + outcomes["withdrawn"] == funnel.awarded == 22
    assert outcomes["waiting_list"] + outcomes["promoted"] == funnel.waiting == 8
    assert outcomes["not_selected"] == funnel.not_selected == 3
    assert outcomes["agreement"] + outcomes["promoted"] == len(GRANTS) == 22
    awarded = sum(file.requested for file in ranked[:22])
    assert awarded <= 125_000_000 < awarded + ranked[22].requested
    assert ranked[22].outcome == "promoted"
    withdrawn = next(file for file in mine if file.outcome == "withdrawn")
    assert ranked[22].requested <= withdrawn.requested


def test_late_files_of_the_first_call() -> None:
    late = [file for file in files.files_of("AAP-2025-01") if file.filed_hour > "16:00"]
    assert [(f.filed_j, f.filed_hour, f.outcome, f.admitted_late) for f in late] == [
        (-380, "16:07", "late", False),
        (-380, "16:21", "waiting_list", True),
    ]


def test_funnel_of_the_second_call() -> None:
    mine = files.files_of("AAP-2026-01")
    outcomes = Counter(file.outcome for file in mine)
    assert outcomes == {"ranked": 16, "below_total": 6, "below_floor": 1, "ineligible": 2, "inadmissible": 1}
    assert len(mine) == 26
    assert sum(bool(file.sheets) for file in mine) == 23


def test_funnel_of_the_third_call() -> None:
    mine = files.files_of("AAP-2026-02")
    assert Counter(file.outcome for file in mine) == {"filed": 9, "draft": 6}
    draft = next(file for file in mine if file.project == "MP09")
    assert (draft.outcome, draft.saved_pages) == ("draft", 4)


@pytest.mark.parametrize("code", calls.CALLS)
def test_the_register_is_gapless_and_in_the_order_of_time(code: str) -> None:
    mine = files.files_of(code)
    assert [file.order for file in mine] == list(range(1, len(mine) + 1))
    moments = [(file.filed_j, file.filed_hour) for file in mine]
    assert moments == sorted(moments)
    call = calls.CALLS[code]
    assert all(call.published_j < file.filed_j <= min(call.deadline_j, -1) for file in mine)


@pytest.mark.parametrize("file", files.files().values(), ids=lambda file: file.code)
def test_a_file_adds_up(file: files.File) -> None:
    call = calls.CALLS[file.call]
    granted = sum(line.amount for line in file.lines if line.financing == "S")
    cost = sum(line.amount for line in file.lines)
    assert granted == file.requested
    assert (cost - granted) * 10 >= cost
    if file.reason != "above_ceiling":
        assert call.grant_floor <= file.requested <= call.grant_ceiling
    _assert_weights(file.tags)
    group = files.all_groups()[file.group]
    assert group.women + group.men == group.members
    assert group.youth <= group.members and len(group.officers) == 3
    assert {u.code for u in reference.ancestry(group.commune)} & set(call.places)
    if file.outcome not in ("ineligible", "inadmissible", "late"):
        assert group.board_only or group.members >= call.min_members
        assert group.youth * 100 >= call.min_youth_percent * group.members


@pytest.mark.parametrize("file", [f for f in files.files().values() if f.sheets], ids=lambda file: file.code)
def test_sheets_give_the_mark_and_the_spread(file: files.File) -> None:
    grid = {criterion.code: criterion for criterion in calls.criteria(file.call)}
    kept = [sheet for sheet in file.sheets if not sheet.set_aside]
    assert len({sheet.assessor for sheet in file.sheets}) == len(file.sheets)
    for sheet in file.sheets:
        assert [code for code, _ in sheet.levels] == list(grid)
        assert all(0 <= level <= 5 for _, level in sheet.levels)
        assert sum(level * grid[code].weight // 5 for code, level in sheet.levels) == sheet.total
    totals = [sheet.total for sheet in kept]
    assert file.score is not None and sum(totals) == file.score * len(totals)
    assert max(totals) - min(totals) == file.spread
    everyone = [sheet.total for sheet in file.sheets]
    assert max(everyone) - min(everyone) == file.first_spread
    below = [
        code
        for code, criterion in grid.items()
        if criterion.floor is not None
        and sum(dict(s.levels)[code] * criterion.weight for s in kept) < criterion.floor * 5 * len(kept)
    ]
    if file.rank is not None:
        assert file.score >= 60 and below == []
    elif file.outcome == "below_floor":
        assert file.score >= 60 and below == ["cohesion"]
    else:
        assert file.score < 60


def test_one_president_and_one_phone_behind_two_spellings() -> None:
    one, other = (files.all_groups()[code] for code in ("G-MP15", "G-MP18"))
    assert one.officers[0].name == other.officers[0].name and one.phone == other.phone
    assert one.name != other.name and one.commune == other.commune
    presidents = Counter(group.officers[0].name for group in files.all_groups().values())
    assert [name for name, seen in presidents.items() if seen > 1] == [one.officers[0].name]


def test_phones_have_the_form_of_their_country_and_papers_are_unique() -> None:
    dials = {"ML": "+223", "BF": "+226", "NE": "+227"}
    groups = files.all_groups().values()
    for country, phone in [(g.country, o.phone) for g in groups for o in g.officers] + [
        (s.country, s.phone) for s in suppliers.SUPPLIERS.values()
    ]:
        assert re.fullmatch(re.escape(dials[country]) + r"\d{8}", phone)
    papers = [officer.paper for group in groups for officer in group.officers]
    assert len(set(papers)) == len(papers)


def test_the_institution_has_no_name_in_the_groups_and_staffs_its_committees() -> None:
    staff = {person.name for person in people.STAFF.values()}
    officers = {officer.name for group in files.all_groups().values() for officer in group.officers}
    assert staff & officers == set()
    voices = {code: sum(seat.voice for seat in c.seats) for code, c in people.COMMITTEES.items()}
    assert voices == {"selection": 7, "procurement": 5, "reception": 3}
    titulars = {code: {s.name for s in c.seats if s.voice} for code, c in people.COMMITTEES.items()}
    assert titulars["reception"].isdisjoint(titulars["selection"] | titulars["procurement"])
    assert len(people.PRESENT_FIRST_CONVENING) == 3 and len(people.PRESENT_SECOND_CONVENING) == 5


# ranking


def test_the_ranked_list_cumulates_as_the_demo_says() -> None:
    cumulated = [row.cumulated for row in ranking.RANKING if row.rank is not None]
    assert cumulated == [
        3_850_000,
        6_800_000,
        13_000_000,
        16_265_000,
        18_665_000,
        22_765_000,
        26_065_000,
        28_815_000,
        34_715_000,
        37_315_000,
        40_415_000,
        45_215_000,
        48_815_000,
        54_015_000,
        57_225_000,
        60_125_000,
    ]
    assert (ranking.AWARDED, ranking.SET_ASIDE, ranking.LEFT) == (40_415_000, 3_210_000, 1_375_000)
    shares: Counter[str] = Counter()
    for row in ranking.RANKING:
        if row.proposal in ("favourable", "revised"):
            shares[row.category] += row.proposed
    assert (shares["women"], shares["youth"]) == (20_065_000, 8_750_000)


def test_the_ranked_list_is_that_of_the_files() -> None:
    for row in ranking.RANKING:
        file = files.files()[row.file]
        group = files.all_groups()[file.group]
        assert (file.requested, file.score, file.spread, file.first_spread, file.rank) == (
            row.requested,
            row.score,
            row.spread,
            row.first_spread,
            row.rank,
        )
        assert group.category == row.category
        assert reference.by_code()[group.commune].name == row.name.split(", ")[1]
    tie = [dict(s.levels)["inclusion"] for code in ("A-011", "A-002") for s in files.files()[code].sheets]
    assert sum(tie[:3]) > sum(tie[3:])


# life of the grants
