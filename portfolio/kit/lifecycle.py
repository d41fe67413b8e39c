"""A lifecycle is data: which verb leads from which status to which, who may, what is recorded, who must be another person.

`Lifecycle` checks itself at import: no (verb, from) repeats and every status can be reached (M13).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class State:
    """A status: its code, its staff name, the name an applicant reads (msgids), and the tone of its tag."""

    code: str
    label: str
    applicant_label: str = ""
    tone: str = "neutral"
    final: bool = False
    side: bool = False
    """A side state (returned, blocked …) is left out of the status bar unless it is the current one."""


@dataclass(frozen=True)
class Move:
    """One row of the law. `stamps` names the column prefixes that receive the actor and the moment
    (`paid` → `paid_by_id`, `paid_at`); `distinct_from` names the person columns that the actor may not already stand in (M09)."""

    verb: str
    source: tuple[str, ...]
    target: str
    permission: str
    event: str
    label: str
    distinct_from: tuple[str, ...] = ()
    stamps: tuple[str, ...] = ()
    reason: bool = False
    kind: str = "main"
    form: bool = False
    """True when the move needs more than a button: the page draws its own form."""


@dataclass(frozen=True)
class Lifecycle:
    """The states and moves of one noun. `noun` is the table, permission and event prefix and the translation context."""

    noun: str
    states: tuple[State, ...]
    moves: tuple[Move, ...]
    entrances: tuple[str, ...] = field(default=())
    """Statuses in which a record may be born; the first state when empty."""

    def __post_init__(self) -> None:
        codes = [s.code for s in self.states]
        assert len(codes) == len(set(codes)), f"{self.noun}: a status repeats"
        seen: set[tuple[str, str]] = set()
        for move in self.moves:
            assert move.target in codes, f"{self.noun}.{move.verb}: unknown target {move.target}"
            for source in move.source:
                assert source in codes, f"{self.noun}.{move.verb}: unknown source {source}"
                assert (move.verb, source) not in seen, f"{self.noun}.{move.verb} repeats from {source}"
                seen.add((move.verb, source))
        reached = set(self.births)
        while grown := {m.target for m in self.moves if reached & set(m.source)} - reached:
            reached |= grown
        assert reached == set(codes), f"{self.noun}: unreachable {set(codes) - reached}"

    @property
    def births(self) -> tuple[str, ...]:
        """The statuses in which a record may be born."""
        return self.entrances or (self.states[0].code,)

    def state(self, code: str) -> State:
        """The state with this code. Raises KeyError when there is none."""
        for state in self.states:
            if state.code == code:
                return state
        raise KeyError(f"{self.noun}: {code}")

    def find(self, verb: str, status: str) -> Move | None:
        """The row for this verb from this status, or None."""
        return next((m for m in self.moves if m.verb == verb and status in m.source), None)

    def verb(self, verb: str) -> Move:
        """The first row of this verb, whatever the status."""
        for move in self.moves:
            if move.verb == verb:
                return move
        raise KeyError(f"{self.noun}: {verb}")

    def open_moves(self, status: str) -> Iterator[Move]:
        """Every row that leads out of this status."""
        return (m for m in self.moves if status in m.source)

    def diagram(self) -> str:
        """The lifecycle as a Mermaid state diagram."""
        lines = ["stateDiagram-v2", *(f"  [*] --> {b}" for b in self.births)]
        lines += [f"  {s} --> {m.target}: {m.verb}" for m in self.moves for s in m.source]
        return "\n".join(lines)
