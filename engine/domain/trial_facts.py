"""What is known of a trial beside its columns, as a type: the JSON in `TrialRecord.user_attrs`. Light."""

from __future__ import annotations

import msgspec

from ...storage.records import TrialRecord
from .errors import Message
from .params import Params
from .stored import decoded


class TrialFacts(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is known of a trial beside its columns.

    Attributes
    ----------
    values : mapping of str to value
        What the sampler proposed, by the names of the search space; empty of baselines.
    small_first : bool
        Whether its search began with a small and short trial, because little time was left.
    truncated : bool
        Whether the end of the search cut it short.
    preprocessing : str
        Digest of what is fitted in each fold; empty where none was.
    path : {"", "fused", "fold_by_fold"}
        How its folds were trained; empty where there were none.
    """

    values: Params = {}
    small_first: bool = False
    truncated: bool = False
    preprocessing: str = ""
    path: str = ""

    @classmethod
    def of(cls, trial: TrialRecord) -> TrialFacts:
        """Return what is known of a trial.

        Parameters
        ----------
        trial : TrialRecord

        Returns
        -------
        TrialFacts

        Raises
        ------
        WorkspaceError
            Where what is stored is no such type.
        """
        return decoded(
            cls, trial.user_attrs, Message("What is known of trial {number}", {"number": trial.number})
        )
