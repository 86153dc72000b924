"""The result of a study as types: what the end of its search found, and what was audited since.

`search.finishing` writes it; window, terminal, Python and bundles read it. `StudyResult.of` is the one way from the
store's JSON. Light.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import cast

import msgspec

from ...storage.records import Json, StudyRecord
from .errors import Message
from .evidence import Claims, Evidence
from .group_audits import KEY, AuditPart, GroupAudit, model_of
from .params import Params
from .split_findings import SplitAudit
from .stored import decoded, encoded

Scores = Mapping[str, float]
"""By metric."""


class Scored(msgspec.Struct, frozen=True):
    """What a trial or baseline scored.

    Attributes
    ----------
    cv_mean, cv_std : float or None
        Of the study's metric over all folds that it was judged on; of one fold there is no deviation.
    holdout : mapping of str to float, or None
        Every metric on the holdout; None where it was not scored there.
    """

    cv_mean: float | None
    cv_std: float | None
    holdout: Scores | None = None


class BestTrial(Scored, frozen=True, kw_only=True):
    """The trial that the search chose: over the folds its own scores, on the holdout those of the final model."""

    trial: int
    family: str = ""
    params: Params = {}


class OuterFolds(msgspec.Struct, frozen=True, omit_defaults=True):
    """Both kinds of final model, tried inside the development rows by nested cross-validation.

    Attributes
    ----------
    n_outer : int
        Outer folds that there was time for.
    ensemble, refit : tuple of float
        Scores of each.
    """

    n_outer: int
    ensemble: tuple[float, ...] = ()
    refit: tuple[float, ...] = ()


class FinalModel(msgspec.Struct, frozen=True):
    """What is exported of a study.

    Attributes
    ----------
    kind : {"ensemble", "refit"}
        The fold networks, averaged, or one network of all development rows.
    reason : Message
    evidence : OuterFolds
    n_networks : int
    """

    kind: str
    reason: Message
    evidence: OuterFolds
    n_networks: int


class FurtherRepeats(msgspec.Struct, frozen=True):
    """The further repeats of the folds that finalists and baselines were judged on.

    Attributes
    ----------
    splits_sha256, sha256 : str
        Artifacts with their folds, and with scores and predictions.
    scores : mapping of str to tuple of float
        On each further replica, by ``"12"`` for a trial, or the name of a baseline.
    """

    splits_sha256: str
    sha256: str
    scores: Mapping[str, tuple[float, ...]]


class SearchExport(msgspec.Struct, frozen=True, omit_defaults=True):
    """The export at the end of a search.

    Attributes
    ----------
    passed : bool
        Whether there is a bundle that has its certificate.
    path : str
        Its folder; empty where there is none.
    left_out : bool
        Whether there was no time for it.
    message : Message or None
        Why there is none.
    """

    passed: bool
    path: str = ""
    left_out: bool = False
    message: Message | None = None


class StudyResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the end of a search found, and what was audited.

    Attributes
    ----------
    baselines : mapping of str to Scored
        By name.
    best : BestTrial or None
        None where no trial is complete, and until the search has ended.
    model_sha256 : str
        Artifact with the final model; empty where there is none.
    final : FinalModel or None
    final_failure : Message or None
        Why there is no final model, and the fold networks stay as they are.
    repeats : FurtherRepeats or None
    evidence : Evidence or None
        None also of what version 0.1.0 found.
    looks : int
        At the rows of the holdout, when the search ended.
    export : SearchExport or None
    nothing_found : Message or None
        Why there is no network.
    split_audit : SplitAudit or None
        Of the folds; None where the study is older than audits.
    audits : mapping of str to GroupAudit
        By trial and column, ``"12/sex"``.
    """

    baselines: Mapping[str, Scored] = {}
    best: BestTrial | None = None
    model_sha256: str = ""
    final: FinalModel | None = None
    final_failure: Message | None = None
    repeats: FurtherRepeats | None = None
    evidence: Evidence | None = None
    looks: int = 0
    export: SearchExport | None = None
    nothing_found: Message | None = None
    split_audit: SplitAudit | None = None
    audits: Mapping[str, GroupAudit] = {}

    @classmethod
    def of(cls, study: StudyRecord) -> StudyResult:
        """Return the result of a study, as it stands.

        Parameters
        ----------
        study : StudyRecord

        Returns
        -------
        StudyResult

        Raises
        ------
        WorkspaceError
            Where what is stored is no result.
        """
        return cls.from_json(study.result, study.name)

    @classmethod
    def from_json(cls, stored: Json, study: str) -> StudyResult:
        """Return a stored result; `study` is the name that an error says.

        Parameters
        ----------
        stored : mapping
            As the store returns it.
        study : str

        Returns
        -------
        StudyResult
        """
        of = Message("The result of the study {study!r}", {"study": study})
        return decoded(cls, _of_today(stored), of)

    def to_json(self) -> dict[str, object]:
        """Return what is stored: what there is nothing of is left out."""
        built: dict[str, object] = {"baselines": {}, **encoded(self)}
        if self.split_audit is not None:
            built["split_audit"] = self.split_audit.to_json()
        return built | (encoded(Claims.of(self.evidence, self.looks)) if self.evidence is not None else {})

    @property
    def is_judged_the_old_way(self) -> bool:
        """Whether it is of a version that kept the epoch at which each fold itself was best."""
        return self.best is not None and self.evidence is None

    def holdout_scores(self, metric: str) -> tuple[float | None, dict[str, float | None]]:
        """Return the scores on the holdout: the final model's, and the baselines' by their names.

        Parameters
        ----------
        metric : str
            A name of `domain.metrics.METRICS`.

        Returns
        -------
        tuple of (float or None, dict of str to float or None)
        """
        ours = None if self.best is None else of_metric(self.best.holdout, metric)
        return ours, {name: of_metric(scored.holdout, metric) for name, scored in self.baselines.items()}


def _of_today(stored: Json) -> Json:
    """Return a result as this version writes it: an answer to findings on the folds once counted for all of them."""
    audit = _object(stored.get("split_audit"))
    looks = audit.get("looks")
    if "is_answered" not in audit or not isinstance(looks, list):
        return stored
    answer = {"is_answered": audit["is_answered"]}
    answered = [answer | look if (look := _object(one)) else one for one in cast("list[object]", looks)]
    return {**stored, "split_audit": {**audit, "looks": answered}}


def _object(value: object) -> dict[str, object]:
    """Return a JSON object, empty where it is none: `decoded` then says so."""
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def kept_parts(before: Json, result: StudyResult, models: Mapping[int, str], study: str) -> Json:
    """Return what stays of a stored result where a search went on and ended with another one.

    What was counted on the folds is true of a trial for ever. The holdout may have been predicted by networks that are
    no longer those of the trial: such a part gets `AuditPart.is_former`.

    Parameters
    ----------
    before : mapping
        As it is stored.
    result : StudyResult
        The new one.
    models : mapping of int to str
        By the number of each trial that is there, the digest of its networks, empty where they were not kept.
    study : str
        The name that an error says.

    Returns
    -------
    mapping
        The audits by groups, and that of the split, which is of the study's rows.
    """
    former = StudyResult.from_json(before, study)
    kept: dict[str, object] = {}
    for key, audit in former.audits.items():
        if audit.trial is None or audit.trial not in models:
            continue
        is_best = result.best is not None and result.best.trial == audit.trial
        now = (result.model_sha256 if is_best else "") or models[audit.trial]
        parts = tuple(_dated(part, now, former.model_sha256) for part in audit.parts)
        kept[key] = encoded(msgspec.structs.replace(audit, parts=parts))
    stays = {"split_audit": before["split_audit"]} if "split_audit" in before else {}
    return stays | ({KEY: kept} if kept else {})


def _dated(part: AuditPart, now: str, final_before: str) -> AuditPart:
    """Return a part with whether its networks are no longer the trial's, where it says which they were."""
    if not part.model:
        return part
    if now:
        return msgspec.structs.replace(part, is_former=part.model != model_of(now))
    # There is nothing to compare with, but a former final model is known to be one.
    is_former = bool(part.is_former) or part.model == model_of(final_before)
    return msgspec.structs.replace(part, is_former=is_former)


def of_metric(scores: Scores | None, metric: str) -> float | None:
    """Return one of several scores; None where it is missing or not finite.

    Parameters
    ----------
    scores : mapping of str to float or None
    metric : str
        A name of `domain.metrics.METRICS`.

    Returns
    -------
    float or None
    """
    value = scores.get(metric) if scores is not None else None
    return value if value is not None and math.isfinite(value) else None
