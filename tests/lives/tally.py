"""What the lives of all shards tried: put together as each ends, for the table of verbs and the promise that none was left out."""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import Any

from tests.lives.machine import WAYS
from tests.lives.worlds import World
from tests.support import databases


def add(world: World) -> dict[str, Any]:
    """One shard is over: what all those of its engine say together."""
    kept = databases.run_folder() / f"tally_{world.kind}.json"
    with databases.locked("lives"):
        found: dict[str, Any] = json.loads(kept.read_text()) if kept.exists() else {"shards": 0, "lives": 0, "seconds": 0, "allowed": {}, "refused": {}}
        found["shards"] += 1
        found["lives"] += world.lives
        found["seconds"] += world.seconds()
        for (verb, went), times in world.seen.items():
            counted = found["allowed" if went else "refused"]
            counted[verb] = counted.get(verb, 0) + times
        kept.write_text(json.dumps(found))
    return found


def by_verb(counted: dict[str, int]) -> Counter[str]:
    """An avenant's verbs, whatever its type."""
    found: Counter[str] = Counter()
    for verb, times in counted.items():
        found[verb.partition(" (")[0]] += times
    return found


def missing(found: dict[str, Any]) -> list[str]:
    """The verbs that no life was allowed, or none refused."""
    return [f"{verb} never {word}" for word in ("allowed", "refused") for verb in WAYS if not by_verb(found[word])[verb]]


def table(kind: str, found: dict[str, Any]) -> str:
    """The coverage, a verb a line."""
    allowed, refused = by_verb(found["allowed"]), by_verb(found["refused"])
    done, not_done, seconds = sum(allowed.values()), sum(refused.values()), found["seconds"]
    lines = [f"{verb:<18}{allowed[verb]:>9}{refused[verb]:>9}" for verb in WAYS]
    head = (f"{kind}: {found['lives']} lives, {done + not_done} acts, {done} allowed, {not_done} refused, "
            f"{seconds:.0f} s of one process, {(done + not_done) / seconds:.0f} acts a second")
    return "\n".join(["", head, f"{'verb':<18}{'allowed':>9}{'refused':>9}", *lines])


def say(words: str) -> None:
    """Seen with `-s`, from the processes of `-n` too."""
    print(words, file=sys.stderr, flush=True)
