"""The store's trials that the user asks for, until an engine takes them up. Reached through `Store`."""

from __future__ import annotations

from sqlalchemy import select

from .base import StoreBase, bumped, get_study
from .cells import now_us
from .codecs import encode_json
from .records import Json, TrialRequest
from .rows import trial_request
from .tables import TrialRequestRow


class TrialRequestStore(StoreBase):
    """Requests for trials: viewers write them, and `create_trial` of the study's engine meets them."""

    def request_trial(
        self, study_id: int, *, family: str, params: Json, user_attrs: Json | None = None
    ) -> TrialRequest:
        """Ask for a trial of one's own: the study's engine takes it up when it reads this, or when it is started.

        Parameters
        ----------
        study_id : int
            Of the study in the store.
        family : str
        params : mapping
            What its network is to be built from.
        user_attrs : mapping or None
            Further facts.

        Returns
        -------
        TrialRequest

        Raises
        ------
        NotFoundError
            If there is no such study.
        """
        with self._write() as session:
            study = get_study(session, study_id)
            study.revision = bumped(session)
            row = TrialRequestRow(
                study_id=study_id,
                family=family,
                params=encode_json(params),
                user_attrs=encode_json(user_attrs or {}),
                created_us=now_us(),
            )
            session.add(row)
            session.flush()
            return trial_request(row)

    def trial_requests(self, study_id: int) -> list[TrialRequest]:
        """Return the trials that the user asked for and no engine has taken up, the oldest first.

        Parameters
        ----------
        study_id : int
            Of the study in the store.

        Returns
        -------
        list of TrialRequest

        Raises
        ------
        DamagedRowError
            If something in a row is no value of its column.
        """
        with self._read() as session:
            found = select(TrialRequestRow).where(TrialRequestRow.study_id == study_id)
            return [trial_request(row) for row in session.scalars(found.order_by(TrialRequestRow.id))]
