"""Frameworks are drafted, proposed and approved by two people; records are tagged to 100 % per framework in force."""

from portfolio.strategy.service.frameworks import (
    add_crosswalk,
    add_objective,
    approve,
    create,
    load,
    propose,
    propose_obstacles,
    return_,
    supersede,
)
from portfolio.strategy.service.tags import copy_tags, edit_tags, tag, tag_obstacles

__all__ = [
    "add_crosswalk",
    "add_objective",
    "approve",
    "copy_tags",
    "create",
    "edit_tags",
    "load",
    "propose",
    "propose_obstacles",
    "return_",
    "supersede",
    "tag",
    "tag_obstacles",
]
