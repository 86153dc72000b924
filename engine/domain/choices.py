"""The values that settings choose from."""

from __future__ import annotations

from typing import Literal

Task = Literal["auto", "binary", "multiclass", "regression"]
SplitKind = Literal["auto", "stratified", "plain", "grouped", "time", "order"]
DuplicatesName = Literal["auto", "keep_together", "ignore"]
SamplerName = Literal["tpe", "nsga2", "random", "gp", "cmaes", "qmc", "grid"]
PrunerName = Literal["hyperband", "asha", "median", "wilcoxon", "none"]
PathName = Literal["auto", "fused", "fold_by_fold"]
ObjectiveName = Literal["score", "parameters", "bytes", "latency"]
