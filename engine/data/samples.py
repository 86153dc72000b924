"""Sample tables: scikit-learn's bundled data sets, so that everything can be tried without a file."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from ..domain.errors import DataError
from .columns import Column, NumberColumn, WordColumn
from .table import Table

SAMPLES: Mapping[str, str] = MappingProxyType(
    {
        "iris": "Iris flowers (150 rows, 3 species)",
        "wine": "Italian wines (178 rows, 3 growers)",
        "breast_cancer": "Breast cancer, Wisconsin (569 rows, 2 classes)",
        "digits": "Handwritten digits, 8 × 8 (1,797 rows, 10 classes)",
        "diabetes": "Diabetes progression (442 rows, regression)",
    }
)
_TARGETS = {
    "iris": "species",
    "wine": "grower",
    "breast_cancer": "diagnosis",
    "digits": "digit",
    "diabetes": "progression",
}


def load_sample(name: str) -> tuple[Table, str]:
    """Return a sample table and the name of its target column, which comes last.

    Raises
    ------
    DataError
        Where there is no such sample.
    """
    if name not in SAMPLES:
        raise DataError(
            "There is no sample {name!r}; choose one of {choices}.", name=name, choices=", ".join(SAMPLES)
        )
    # Only here: reading a file does without.
    from sklearn import datasets

    bunch: Any = getattr(datasets, f"load_{name}")()
    columns: list[Column] = [
        NumberColumn(" ".join(str(feature).split()), np.array(bunch.data[:, i], np.float64))
        for i, feature in enumerate(bunch.feature_names)
    ]
    target = _TARGETS[name]
    if name == "diabetes":
        columns.append(NumberColumn(target, np.array(bunch.target, np.float64)))
    else:
        columns.append(
            WordColumn.of_codes(
                target, bunch.target.astype(np.int32), [str(label) for label in bunch.target_names]
            )
        )
    return Table(tuple(columns), len(bunch.target)), target
