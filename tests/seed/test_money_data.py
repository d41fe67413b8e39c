"""The sums of the demo's data: disbursements, vouchers, purchases, equal to the specification."""

import re
from collections import Counter
from pathlib import Path

import pytest

from portfolio.places import reference
from portfolio.seed.data import (
    files,
    life,
    money,
    problems,
    projects,
    purchases,
    ranking,
    suppliers,
)
from tests.seed.tables import ALL, GRANTS

DEMO = Path(__file__).parents[2].parent / "shared" / "demo.md"


needs_demo = pytest.mark.skipif(not DEMO.is_file(), reason="the demo's specification is not beside the clone")


@pytest.mark.parametrize("project", GRANTS, ids=lambda project: project.code)
def test_disbursements_obey_the_schedule(project: projects.Project) -> None:
    grant = life.grants()[project.code]
    cleared: dict[int, tuple[int, int]] = {}
    for attempt in sorted(life.disbursements_of(project.code), key=lambda a: (a.requested_j, a.attempt)):
        tranche = project.tranches[attempt.tranche - 1]
        days = [attempt.requested_j, attempt.liquidated_j, attempt.ordered_j, attempt.paid_j]
        known = [day for day in days if day is not None]
        assert known == sorted(known) and grant.authority_signed_j is not None
        assert grant.engaged_j < grant.authority_signed_j <= attempt.requested_j
        for condition in tranche.conditions:
            if condition.startswith("cleared:"):
                _, number, percent = condition.split(":")
                accepted, examined_j = cleared[int(number)]
                assert accepted * 100 >= int(percent) * project.tranches[int(number) - 1].amount
                assert examined_j <= attempt.requested_j
        if attempt.paid_j is not None and attempt.accepted is not None:
            assert attempt.accepted + attempt.queried + attempt.rejected <= tranche.amount
            assert attempt.examined_j is not None and attempt.examined_j > attempt.paid_j
            cleared[attempt.tranche] = (attempt.accepted, attempt.examined_j)
        assert tranche.modality == "advance" or attempt.accepted is None
        if attempt.channel.endswith("_money") and attempt.outcome != "refused_before_sending":
            assert tranche.amount <= money.WALLET_CEILING


def test_vouchers_sum_to_what_was_examined() -> None:
    for attempt in life.disbursements():
        if attempt.outcome != "paid" or attempt.accepted is None:
            continue
        mine = life.vouchers_of(attempt.project, attempt.tranche)
        sums = Counter({"accepted": 0, "queried": 0, "rejected": 0})
        for voucher in mine:
            sums.update(voucher.parts)
        assert sums == {
            "accepted": attempt.accepted,
            "queried": attempt.queried,
            "rejected": attempt.rejected,
        }, attempt
        assert len({voucher.number for voucher in mine}) == len(mine)
        labels = {line.label for line in ALL[attempt.project].lines if line.financing == "S"}
        assert all(voucher.line in labels for voucher in mine if voucher.verdict == "accepted")
        assert all(not v.supplier or v.supplier in suppliers.SUPPLIERS for v in mine)


def test_accepted_vouchers_never_pass_their_budget_line() -> None:
    used: Counter[tuple[str, str]] = Counter()
    for voucher in life.vouchers():
        used[voucher.project, voucher.line] += voucher.parts.get("accepted", 0)
    for (project, label), total in used.items():
        assert not total or total <= next(line.amount for line in ALL[project].lines if line.label == label)


def test_percentages_that_the_demo_prints() -> None:
    def percent(project: str, tranche: int) -> str:
        accepted = sum(v.amount for v in life.vouchers_of(project, tranche) if v.verdict == "accepted")
        return f"{accepted * 100 / ALL[project].tranches[tranche - 1].amount:.1f}"

    assert [percent("MP01", 1), percent("MP01", 2), percent("MP03", 1)] == ["100.0", "60.0", "38.8"]
    assert percent("MP07", 1) == "75.6"
    second = ALL["MP01"].tranches[1].amount
    assert second * 75 // 100 - 1_068_000 == 267_000
    assert second - sum(v.amount for v in life.vouchers_of("MP01", 2)) == 87_000


def test_one_invoice_was_presented_by_two_grants() -> None:
    told = [v for v in life.vouchers() if v.reference and v.supplier]
    twice = [key for key, seen in Counter((v.supplier, v.reference) for v in told).items() if seen > 1]
    assert twice == [("garage-gao", "0119")]
    same = [v for v in told if v.reference == "0119"]
    assert {v.project: v.verdict for v in same} == {"MP22": "accepted", "MP07": "rejected"}
    assert len({(v.j, v.amount) for v in same}) == 1  # the date and the amount make it the same invoice
    examined = {d.project: d.examined_j for d in life.disbursements() if d.project in ("MP22", "MP07")}
    assert (examined["MP22"] or 0) < (examined["MP07"] or 0)


def test_cash_is_there_on_every_day_of_payment() -> None:
    moves: list[tuple[int, int, str, int]] = [
        (receipt.j, 0, receipt.fund, receipt.amount) for receipt in money.RECEIPTS if receipt.received
    ]
    for attempt in life.disbursements():
        if attempt.outcome == "paid" and attempt.paid_j is not None:
            fund = money.LINES[life.grants()[attempt.project].line].fund
            amount = ALL[attempt.project].tranches[attempt.tranche - 1].amount + attempt.fee
            moves.append((attempt.paid_j, 1, fund, -amount))
    held: Counter[str] = Counter()
    for _, _, fund, amount in sorted(moves):
        held[fund] += amount
        assert held[fund] >= 0


def test_the_closed_grant_closes_to_the_franc() -> None:
    accepted = sum(a.accepted or 0 for a in life.disbursements_of("MP02"))
    returned = sum(r.amount for r in problems.RECOVERIES if r.project == "MP02")
    assert (accepted, returned, accepted + returned) == (2_462_500, 37_500, ALL["MP02"].grant)


# purchases and problems


def test_purchases_add_up_to_their_lines() -> None:
    for purchase in purchases.PURCHASES.values():
        amounts = {line.label: line.amount for line in ALL[purchase.project].lines}
        assert sum(amounts[label] for label in purchase.lines) == purchase.estimate
        retained = [q for q in purchase.quotations if q.outcome == "retained"]
        assert [q.corrected for q in retained] == [purchase.estimate]
        assert all(q.supplier in suppliers.SUPPLIERS for q in purchase.quotations)
    for code, numbers in life.DIRECT_LINES.items():
        project = projects.described()[code]
        direct = sum(line.amount for line in project.lines if line.number in numbers)
        assert direct == sum(t.amount for t in project.tranches if t.modality == "direct")


def test_three_orders_split_what_should_have_been_one() -> None:
    orders = purchases.SMALL_ORDERS
    assert len({order.supplier for order in orders}) == 1
    assert max(o.j for o in orders) - min(o.j for o in orders) == 9
    assert all(order.amount < money.SMALL_PURCHASE_THRESHOLD for order in orders)


def test_the_amendment_moves_lines_without_changing_the_total() -> None:
    amendment = problems.AMENDMENT
    lines = {line.label: line for line in ALL[amendment.project].lines}
    moved = 0
    for change in amendment.changes:
        line = lines[change.label]
        assert line.unit_price == change.old_unit_price
        moved += line.quantity * (change.new_unit_price - change.old_unit_price)
    assert moved == 0 and ALL[amendment.project].grant == 9_400_000


def test_sixteen_problems_and_their_facts() -> None:
    assert [problem.number for problem in problems.PROBLEMS] == list(range(1, 17))
    letter = files.files()["A-018"].letters[0]
    assert (letter.sent_j, letter.received_j, letter.answered_j) == (-36, -34, -27)
    account = files.all_groups()["G-A-018"]
    assert account.account_holder == account.officers[1].name
    suspended = life.disbursements_of("MP05")[0]
    assert suspended.paid_j == -214 and suspended.accepted == 0
    place = {unit.code for unit in reference.ancestry(ALL["MP05"].commune)}
    assert place & set(problems.FORCE_MAJEURE.places)
    terminated = next(r for r in problems.RECOVERIES if r.project == "MP20")
    assert terminated.amount == ALL["MP20"].tranches[0].amount == 2 * terminated.receipts[0][1]


# equality with the specification


@needs_demo
def test_every_line_of_the_fifteen_budgets_equals_the_specification() -> None:
    text = DEMO.read_text(encoding="utf-8")
    blocks = re.split(r"\n#### (MP\d\d) — ", text[text.index("### 5.4") : text.index("### 5.5")])
    rows = r"^\| ([^*|][^|]*?) \| (\w[^|]*?) \| ([\d ]+) \| ([\d ]+) \| ([\d ]+) \| ([SNV]) \|$"
    for code, block in zip(blocks[1::2], blocks[2::2], strict=True):
        stated = [
            (label, unit, *(int(cell.replace(" ", "")) for cell in numbers), financing)
            for label, unit, *numbers, financing in re.findall(rows, block, re.M)
        ]
        mine = [
            (line.label, line.unit, line.quantity, line.unit_price, line.amount, line.financing)
            for line in projects.described()[code].lines
        ]
        assert mine == stated, code


@needs_demo
def test_schedules_and_totals_equal_the_specification() -> None:
    text = DEMO.read_text(encoding="utf-8")
    rows = r"^\| (MP\d\d) \| (.+?) \| .+? \| ([\d ]+) \| ([\d ]+) \| ([\d ]+) \| ([\d /]+) \|$"
    found = re.findall(rows, text, re.M)
    assert len(found) == 15
    for code, title, *cells in found:
        grant, own, cost = (int(cell.replace(" ", "")) for cell in cells[:3])
        project = projects.described()[code]
        assert (project.title, project.grant, project.cost) == (title, grant, cost)
        assert project.total("N") + project.total("V") == own
        assert [t.amount for t in project.tranches] == [int(a.replace(" ", "")) for a in cells[3].split("/")]


@needs_demo
def test_the_ranked_list_equals_the_specification() -> None:
    text = DEMO.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+|–) \| (A-\d{3}) \| .+? \| [FJC] \| ([\d ]+) \| (\d+) \|", text, re.M)
    assert [(str(row.rank or "–"), row.file, row.requested, row.score) for row in ranking.RANKING] == [
        (rank, file, int(asked.replace(" ", "")), int(mark)) for rank, file, asked, mark in rows
    ]
