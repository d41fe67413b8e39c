"""What the tests of this room start from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.justifications.grants import Office, shared
from tests.support import databases


@pytest.fixture
def place(engine_kind: str, tmp_path: Path) -> Iterator[Office]:
    made = shared(engine_kind, tmp_path)
    yield made
    url = made.database.url.render_as_string(hide_password=False)
    made.database.dispose()
    databases.drop(url)
