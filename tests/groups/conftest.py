from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.groups.making import stock
from tests.support import databases


@pytest.fixture
def database_url(engine_kind: str, tmp_path: Path) -> Iterator[str]:
    url = databases.new(engine_kind, tmp_path, name="stocked", fill=stock)
    yield url
    databases.drop(url)
