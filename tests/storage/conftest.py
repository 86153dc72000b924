from collections.abc import Iterator
from pathlib import Path

import pytest
from cupel.storage.records import StudyRecord
from cupel.storage.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "workspace") as opened:
        yield opened


@pytest.fixture
def study(store: Store) -> StudyRecord:
    return store.create_study(
        name="digits", dataset_id=None, spec={}, metric="accuracy", direction="maximize", task="multiclass"
    )
