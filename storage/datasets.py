"""The store's data sets and system samples. Reached through `Store`."""

from __future__ import annotations

import hashlib

from sqlalchemy import select

from .base import StoreBase, get, get_study
from .cells import now_us
from .codecs import encode_json, storable
from .records import DatasetRecord, Json, SystemSample
from .rows import dataset_record, system_sample
from .tables import DatasetRow, SystemSampleRow


class DatasetStore(StoreBase):
    """Data sets: what was read, once, and from where."""

    def add_dataset(
        self,
        *,
        digest: str,
        name: str,
        source: str,
        n_rows: int,
        n_columns: int,
        schema: Json,
        report: Json,
        table_sha256: str,
        size_bytes: int,
    ) -> DatasetRecord:
        """Record a data set; one with the same digest and schema is returned as it was recorded first.

        Parameters
        ----------
        digest : str
            sha256 of the parsed cells and column types.
        name, source : str
        n_rows : int
            Of the table.
        n_columns : int
            Of the table.
        schema : mapping
            As `TableSchema.to_json` gives it.
        report : mapping
            As `DataReport.to_json` gives it.
        table_sha256 : str
            Artifact with the cells.
        size_bytes : int
            Of the file.

        Returns
        -------
        DatasetRecord
        """
        text = encode_json(schema)
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        with self._write() as session:
            known = select(DatasetRow).where(DatasetRow.digest == digest, DatasetRow.schema_sha256 == sha256)
            row = session.scalars(known).one_or_none()
            if row is None:
                row = DatasetRow(
                    digest=digest,
                    schema_sha256=sha256,
                    name=storable(name),
                    source=storable(source),
                    created_us=now_us(),
                    n_rows=n_rows,
                    n_columns=n_columns,
                    schema=text,
                    report=encode_json(report),
                    table_sha256=table_sha256,
                    size_bytes=size_bytes,
                )
                session.add(row)
                session.flush()
            return dataset_record(row)

    def dataset(self, dataset_id: int) -> DatasetRecord:
        """Return a data set.

        Parameters
        ----------
        dataset_id : int
            Of the data set in the store.

        Returns
        -------
        DatasetRecord

        Raises
        ------
        NotFoundError
            If there is none with this id.
        """
        with self._read() as session:
            return dataset_record(get(session, DatasetRow, "data set", dataset_id))

    def datasets(self) -> list[DatasetRecord]:
        """Return all data sets, the newest first."""
        with self._read() as session:
            return [
                dataset_record(row)
                for row in session.scalars(select(DatasetRow).order_by(DatasetRow.id.desc()))
            ]

    def dataset_names(self) -> dict[int, str]:
        """Return the names of all data sets by their ids; what is in them is not read."""
        with self._read() as session:
            found = session.execute(select(DatasetRow.id, DatasetRow.name))
            return {row.id: row.name for row in found}

    def add_system_sample(self, study_id: int, sample: SystemSample) -> None:
        """Record what the machine does now; no revision changes, only `data_version`.

        Parameters
        ----------
        study_id : int
            Of the study in the store.
        sample : SystemSample

        Raises
        ------
        NotFoundError
            If there is no such study.
        """
        with self._write() as session:
            get_study(session, study_id)
            session.add(
                SystemSampleRow(
                    study_id=study_id,
                    time_s=sample.time_s,
                    cpu_fraction=sample.cpu_fraction,
                    memory_bytes=sample.memory_bytes,
                    memory_total_bytes=sample.memory_total_bytes,
                    gpu_fraction=sample.gpu_fraction,
                    gpu_memory_bytes=sample.gpu_memory_bytes,
                )
            )

    def system_samples(self, study_id: int, since_time_s: float = 0) -> list[SystemSample]:
        """Return a study's samples from `since_time_s` (seconds of the study) on, in the order of time.

        Parameters
        ----------
        study_id : int
            Of the study in the store.
        since_time_s : float
            Seconds since the study started.

        Returns
        -------
        list of SystemSample
        """
        statement = (
            select(SystemSampleRow)
            .where(SystemSampleRow.study_id == study_id, SystemSampleRow.time_s >= since_time_s)
            .order_by(SystemSampleRow.time_s, SystemSampleRow.id)
        )
        with self._read() as session:
            return [system_sample(row) for row in session.scalars(statement)]
