"""Shapes of people, committees, suppliers and groups."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RoleGrant:
    """A role and its scope (`all`, or `country` with its code), as in the rulebook."""

    role: str
    scope: str = "all"
    scope_code: str = ""


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who signs in. `sex` and `function` are printed on the papers."""

    login: str
    name: str
    sex: str
    function: str
    office: str
    roles: tuple[RoleGrant, ...]
    act: str = ""
    """The decision that appoints, printed under the signature (F5)."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat in a committee: `titulaire`, `suppléant` or `observateur`; observers have no voice."""

    committee: str
    person: str
    name: str
    capacity: str
    function: str
    voice: bool


@dataclass(frozen=True, slots=True)
class Committee:
    """A committee with the act that created it; `quorum` counts voices of members in office."""

    code: str
    title: str
    act: str
    act_j: int
    quorum: int
    seats: tuple[Seat, ...]


@dataclass(frozen=True, slots=True)
class Delegation:
    """A delegation of signature: who, to whom, which act, from and to, up to how much."""

    giver: str
    receiver: str
    kind: str
    act: str
    act_j: int
    from_j: int
    to_j: int
    ceiling: int


@dataclass(frozen=True, slots=True)
class Supplier:
    """An invented supplier; `tax_id` is empty for sellers of a market."""

    code: str
    name: str
    country: str
    place: str
    tax_id: str
    trade_register: str
    phone: str


@dataclass(frozen=True, slots=True)
class Officer:
    """A member of a group's bureau; `paper` is the number of a sample identity paper."""

    role: str
    name: str
    sex: str
    phone: str
    paper: str
    can_sign: bool = True


@dataclass(frozen=True, slots=True)
class Group:
    """An applicant. `category` decides the reserved shares; counts are of members, or of the bureau only."""

    code: str
    name: str
    legal_form: str
    category: str
    country: str
    commune: str
    founded_j: int
    legal_paper: str
    members: int
    women: int
    men: int
    youth: int
    displaced: int
    board_only: bool
    subgroups: int
    phone: str
    channel: str
    account_number: str
    account_holder: str
    officers: tuple[Officer, ...]
    masked: bool = False
