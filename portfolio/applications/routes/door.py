"""The door of the room: one router for all its addresses."""

from portfolio.web.act import room

router = room("applications")
