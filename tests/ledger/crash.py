"""A process that posts money and says what it has posted, killed again and again: `python -m tests.ledger.crash` with a JSON argument.

It imports the product once, then forks: each child posts from two threads and appends a line to the file of acknowledgements after each
commit; the parent waits for some of them and kills it with SIGKILL at a moment drawn by chance. It prints how many children it killed.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import configure_mappers

from portfolio.app import load_rooms
from portfolio.funds import service as money
from portfolio.funds.forms import ReceiptForm
from portfolio.funds.models import MoneyReceipt
from portfolio.kit.clock import FixedClock
from portfolio.kit.db import Database
from portfolio.origin import Surroundings
from tests import factories


def surroundings(given: dict[str, Any], database: Database) -> Surroundings:
    """Where the process works: a day after the office was made."""
    return factories.around(database, clock=FixedClock(factories.NOON + timedelta(days=1)), data_dir=Path(given["folder"]))


def post(given: dict[str, Any], around: Surroundings, name: str, n: int) -> tuple[int, int]:
    """Record money received and confirm it (guards, two entries, event, both heads in one commit): the receipt and its amount."""
    with factories.work_as(around, given["cashier"]) as work:
        receipt = money.record_receipt(work, ReceiptForm(
            fund_id=given["fund"], treasury_account_id=given["bank"], received_on=work.today, bank_reference=f"{name}-{n}",
            donor_amount=n % 97 + 1, donor_currency="XOF", amount=n % 97 + 1)).id  # fmt: skip
    with factories.work_as(around, given["accountant"]) as work:
        money.confirm(work, work.db.get_one(MoneyReceipt, receipt))
    return receipt, n % 97 + 1


def post_for_ever(given: dict[str, Any], name: str) -> None:
    """Post and acknowledge, without end."""
    around = surroundings(given, Database(given["url"]))
    said = os.open(given["acks"], os.O_WRONLY | os.O_APPEND)

    def one(thread: int) -> None:
        for n in range(10**9):
            receipt, amount = post(given, around, f"{name}-{thread}", n)
            os.write(said, f"{receipt} {amount}\n".encode())

    threads = [threading.Thread(target=one, args=(i,), daemon=True) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main() -> None:
    given = json.loads(sys.argv[1])
    load_rooms()  # once, before the children
    configure_mappers()
    chance, killed = random.Random(given["seed"]), 0
    for turn in range(given["kills"]):
        before, deadline = os.path.getsize(given["acks"]), time.monotonic() + 60
        child = os.fork()
        if child == 0:
            try:
                post_for_ever(given, f"{given['seed']}-{turn}")
            finally:
                os._exit(1)
        while os.path.getsize(given["acks"]) == before and time.monotonic() < deadline:
            time.sleep(0.002)
        time.sleep(chance.random() * 0.06)
        os.kill(child, signal.SIGKILL)
        killed += os.waitpid(child, 0)[1] == signal.SIGKILL
    print(killed)


if __name__ == "__main__":
    main()
