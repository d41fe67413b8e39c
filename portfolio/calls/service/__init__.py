"""The verbs on calls: written, sent, published by another person, corrected, asked about, finished."""

from portfolio.calls.service.drafting import create, edit, editing_obstacles
from portfolio.calls.service.living import (
    add_proof,
    amend,
    amend_obstacles,
    answer,
    ask,
    ask_obstacles,
    cancel,
    close_register,
    finalise,
    finalise_obstacles,
)
from portfolio.calls.service.publishing import (
    publish,
    publish_obstacles,
    return_,
    send,
    send_obstacles,
)

__all__ = [
    "add_proof",
    "amend",
    "amend_obstacles",
    "answer",
    "ask",
    "ask_obstacles",
    "cancel",
    "close_register",
    "create",
    "edit",
    "editing_obstacles",
    "finalise",
    "finalise_obstacles",
    "publish",
    "publish_obstacles",
    "return_",
    "send",
    "send_obstacles",
]
