"""The whole story."""

from __future__ import annotations

from tests.journeys import story_calls, story_committee, story_files

STAGES = (
    story_calls.strategy_is_read,
    story_calls.call_is_written,
    story_calls.call_is_published,
    story_calls.question_is_answered,
    story_files.group_applies_by_itself,
    story_files.paper_file_at_the_counter,
    story_files.register_is_closed,
    story_files.groups_are_verified,
    story_files.files_are_screened,
    story_committee.files_are_shared_out,
    story_committee.assessors_score,
    story_committee.session_is_convened,
    story_committee.session_sits,
    story_committee.minutes_are_signed,
)
