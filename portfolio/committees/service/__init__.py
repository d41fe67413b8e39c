"""What committees do: seats, declarations, convocations, sessions, proposals, minutes. They propose; they do not award (R2)."""

from portfolio.committees.service import interests
from portfolio.committees.service.calling import (
    AgendaItem,
    convene,
    convene_obstacles,
    deliberated,
    plan,
    put,
    second_convening,
    second_obstacles,
    strike,
)
from portfolio.committees.service.creating import appoint, create, edit, vacate
from portfolio.committees.service.interests import declare_all, declare_interest, record_interest
from portfolio.committees.service.proposing import (
    propose,
    propose_obstacles,
    reconsider,
    reconsider_obstacles,
)
from portfolio.committees.service.signing import (
    correct,
    finalise,
    finalise_obstacles,
    prevented,
    sign,
    sign_obstacles,
)
from portfolio.committees.service.sitting import (
    close,
    close_obstacles,
    declare_no_quorum,
    excuse,
    no_quorum_obstacles,
    open,
    open_obstacles,
    record_arrival,
    record_leave,
    recuse,
    return_from_recusal,
)

__all__ = [
    "AgendaItem",
    "appoint",
    "close",
    "close_obstacles",
    "convene",
    "convene_obstacles",
    "correct",
    "create",
    "declare_all",
    "declare_interest",
    "declare_no_quorum",
    "deliberated",
    "edit",
    "excuse",
    "finalise",
    "finalise_obstacles",
    "interests",
    "no_quorum_obstacles",
    "open",
    "open_obstacles",
    "plan",
    "prevented",
    "propose",
    "propose_obstacles",
    "put",
    "reconsider",
    "reconsider_obstacles",
    "record_arrival",
    "record_interest",
    "record_leave",
    "recuse",
    "return_from_recusal",
    "second_convening",
    "second_obstacles",
    "sign",
    "sign_obstacles",
    "strike",
    "vacate",
]
