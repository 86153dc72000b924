"""What a kind of data provides; each is a folder beside this file, whose parts `registry` finds by name.

=================  ====================================================================
``kind.toml``      what the kind is called by: its roles, see `engine.domain.kinds`
``reading``        ``READER``: its files, and what should be known of them
``preprocessing``  ``KIND``: what is fitted in a fold, and rows as a network takes them
``input``          ``INPUT``: what a network takes of it, a subclass of `networks.inputs.Input`
``space.toml``     what may be varied of its encoder; left out where it has no settings
``network``        ``ENCODER``: from the input to vectors of a row; imports TensorFlow
``raw``            ``RAW``: how raw rows enter an ONNX graph
``likeness``       ``LIKENESS``: near-duplicates, and a quick baseline for the audit of a split
``baselines``      ``BASELINES``: inputs of the simple predictors that a network has to beat
``bundle``         ``PART``: what bundles hold and say of its columns
``arithmetic``     ``INPUTS``: `bundled.preprocess.Arithmetic`, in programs of bundles too
``column``         ``COLUMN``: the `bundled.input_column.InputColumn` of its roles, in programs of
                   bundles too; left out where cells are numbers, dates or texts
=================  ====================================================================

Nobody else asks which kind data are of: `joined` puts the parts of several kinds together.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...storage.records import Json
from ..data.columns import Column, Rows, WordColumn
from ..data.schema import ColumnSchema, TableSchema
from ..data.table import Table
from ..domain.arrays import Cells
from ..domain.errors import Message
from ..domain.params import Params
from ..domain.spec import ReadSpec
from ..networks.inputs import InputShape

if TYPE_CHECKING:
    import onnx

    from ..networks.building import Builder
    from ..networks.layers.base import Value
    from .near_duplicates import NearDuplicates
    from .quick import Goal, QuickBaseline

Columns = Sequence[ColumnSchema]
Encoder: TypeAlias = "Callable[[Builder, Any], list[Value]]"
"""From an input of a kind, of its own class, to vectors of a row; the layers are added to the builder."""


class Preprocessing(ABC):
    """Preprocessing of one replica, fitted on its training rows.

    Attributes
    ----------
    kind : str
        The kind of data.
    """

    __slots__ = ()
    kind: ClassVar[str]

    @property
    def parts(self) -> tuple[Preprocessing, ...]:
        """The preprocessing of each kind of data."""
        return (self,)

    @property
    @abstractmethod
    def columns(self) -> tuple[str, ...]:
        """Names of the raw columns that are used."""

    @abstractmethod
    def shape(self, n_outputs: int) -> InputShape:
        """Return what a network takes in; the same in all replicas.

        Parameters
        ----------
        n_outputs : int
            Classes for multiclass, else 1.

        Returns
        -------
        InputShape
        """

    @abstractmethod
    def inputs(self, table: Table, rows: Rows) -> dict[str, Cells]:
        """Return rows as a network takes them in: arrays of shape (n, *row) by the names of `InputShape.tensors`.

        Parameters
        ----------
        table : Table
        rows : ndarray of shape (n,), int64
            Positions in the table.

        Returns
        -------
        dict of str to ndarray of shape (n, 1) or (n, *row)

        Raises
        ------
        DataError
            Where a column is not there or of another type.
        """

    @abstractmethod
    def to_json(self) -> dict[str, object]:
        """Return a JSON-ready dict with the ``kind`` of data; floats survive exactly."""


class PreprocessingKind(ABC):
    """How data are preprocessed.

    Attributes
    ----------
    is_shared : bool
        Whether all replicas see the same rows, because nothing is fitted; `fit` then returns equal ones.
    """

    is_shared: bool = False

    @abstractmethod
    def digest(self, params: Params) -> str:
        """Return the sha256 (hex) of the settings in a trial's params that the preprocessing depends on.

        Parameters
        ----------
        params : mapping of str to value

        Returns
        -------
        str
        """

    @abstractmethod
    def fit(
        self, table: Table, columns: Columns, train_rows: Sequence[Rows], params: Params
    ) -> tuple[Preprocessing, ...]:
        """Fit one `Preprocessing` for each replica, on its training rows (positions in the table) alone.

        Parameters
        ----------
        table : Table
        columns : sequence of ColumnSchema
            Those of this kind.
        train_rows : sequence of ndarray of shape (n,), int64
            Positions in the table: the training rows of each replica.
        params : mapping of str to value

        Returns
        -------
        tuple of Preprocessing

        Raises
        ------
        DataError
            Where no column can be used, or a training part is empty.
        """

    @abstractmethod
    def from_json(self, data: Json) -> Preprocessing:
        """Rebuild what `Preprocessing.to_json` gave.

        Parameters
        ----------
        data : mapping
            As it was stored, by this version or an older one.

        Returns
        -------
        Preprocessing
        """


@dataclass(frozen=True, slots=True)
class ReadTable:
    """A table that was read, and what was noticed.

    Attributes
    ----------
    table : Table
    messages : tuple of Message
    size_bytes : int
        Of the files.
    target : str or None
        The column to predict, where the source says so.
    read : ReadSpec or None
        How a file of further rows is read, where that is not as asked.
    """

    table: Table
    messages: tuple[Message, ...]
    size_bytes: int
    target: str | None
    read: ReadSpec | None = None


class Reader(ABC):
    """How a kind of data is read.

    Attributes
    ----------
    needs : Message
        What to say of data (``{name}``) that are asked to be of this kind and have nothing of it.
    """

    needs: Message

    def recognizes(self, path: Path) -> bool:  # noqa: ARG002
        """Whether a file or folder is of this kind as a whole.

        Parameters
        ----------
        path : Path

        Returns
        -------
        bool
        """
        return False

    def read(self, path: Path, read: ReadSpec) -> ReadTable:
        """Read what is recognized.

        Parameters
        ----------
        path : Path
        read : ReadSpec
            How the file is read; what is None is detected.

        Returns
        -------
        ReadTable

        Raises
        ------
        DataError
            Where it cannot be read.
        """
        raise NotImplementedError

    def in_table(self, path: Path, table: Table, read: ReadSpec) -> ReadTable | None:  # noqa: ARG002
        """Return a table that was read from `path` with what its cells stand for, such as paths; None without such.

        Parameters
        ----------
        path : Path
        table : Table
        read : ReadSpec
            How the file is read; what is None is detected.

        Returns
        -------
        ReadTable or None
        """
        return None

    def messages(self, table: Table, columns: Columns) -> tuple[Message, ...]:  # noqa: ARG002
        """Return what the user should know of the columns of this kind.

        Parameters
        ----------
        table : Table
        columns : sequence of ColumnSchema
            Those of the kind of data.

        Returns
        -------
        tuple of Message
        """
        return ()

    def cell_files(self, path: Path) -> CellFiles | None:  # noqa: ARG002
        """Return the files of a folder as rows to predict, where each is a cell of this kind; None where none can be.

        Parameters
        ----------
        path : Path
            Of a folder.

        Returns
        -------
        CellFiles or None

        Raises
        ------
        DataError
            Where there is no such file in it.
        """
        return None

    def file_column(self, table: Table, path: Path) -> Column:
        """Return the column of a table whose cells name files of this kind, where another than in training has them.

        Parameters
        ----------
        table : Table
        path : Path
            The file of the table.

        Returns
        -------
        Column

        Raises
        ------
        DataError
            Where there is none.
        """
        raise NotImplementedError

    def pictures(self, table: Table, columns: Columns, rows: Rows) -> list[bytes]:  # noqa: ARG002
        """Return a picture of each of some rows, as PNG; none where rows have no picture.

        Parameters
        ----------
        table : Table
        columns : sequence of ColumnSchema
            Those of the kind of data.
        rows : ndarray of shape (n,), int64
            Positions in the table.

        Returns
        -------
        list of bytes
        """
        return []


class CellFiles(Protocol):
    """Files of which each is the one cell of a row."""

    @property
    def fraction(self) -> float:
        """How much has been read, in [0, 1]."""
        ...

    def thin(self, most: int) -> None:
        """Keep no more than `most` files, spread over all.

        Parameters
        ----------
        most : int
        """
        ...

    def chunks(self) -> Iterator[tuple[list[str], list[str | None]]]:
        """Yield some at a time, from the start again each time: what they are called, and their cells.

        The cell of a file that cannot be read is None.
        """
        ...

    def messages(self) -> list[Message]:
        """Return what the user should know of the files that were read."""
        ...


@dataclass(slots=True)
class OnnxPart:
    """Part of an ONNX graph.

    Attributes
    ----------
    nodes, constants
    opsets : dict
        Domain → version.
    values : dict
        Name of a network's input → name of the value that holds it.
    """

    nodes: list[onnx.NodeProto] = field(default_factory=list["onnx.NodeProto"])
    constants: list[onnx.TensorProto] = field(default_factory=list["onnx.TensorProto"])
    opsets: dict[str, int] = field(default_factory=dict[str, int])
    values: dict[str, str] = field(default_factory=dict[str, str])

    def add(self, other: OnnxPart) -> None:
        """Take over another part.

        Parameters
        ----------
        other : OnnxPart
        """
        self.nodes += other.nodes
        self.constants += other.constants
        self.values |= other.values
        for domain, version in other.opsets.items():
            self.opsets[domain] = max(version, self.opsets.get(domain, 1))


class OnnxInput(ABC):
    """How raw rows of one kind of data enter an ONNX graph."""

    @abstractmethod
    def declared(self, columns: Columns, names: Mapping[str, str]) -> list[onnx.ValueInfoProto]:
        """Return the inputs of the graph: of the columns in `names` (column → input name).

        Parameters
        ----------
        columns : sequence of ColumnSchema
            Those of the kind of data.
        names : mapping of str to str
            Names of inputs by column.

        Returns
        -------
        list of ValueInfoProto
        """

    @abstractmethod
    def part(
        self, fitted: Preprocessing, schema: TableSchema, names: Mapping[str, str], prefix: str
    ) -> OnnxPart:
        """Return what computes ``fitted.inputs`` from the declared inputs; all its names begin with `prefix`.

        Parameters
        ----------
        fitted : Preprocessing
            Preprocessing that was fitted on training rows.
        schema : TableSchema
        names : mapping of str to str
            Names of inputs by column.
        prefix : str
            What all names of its part of the graph begin with.

        Returns
        -------
        OnnxPart
        """


class Likeness(ABC):
    """Which rows are alike."""

    @abstractmethod
    def near_duplicates(self, table: Table, columns: Columns, rows: Rows) -> NearDuplicates:
        """Look for near-duplicates among rows (positions in the table).

        Parameters
        ----------
        table : Table
        columns : sequence of ColumnSchema
            Those of the kind of data.
        rows : ndarray of shape (n,), int64
            Positions in the table.

        Returns
        -------
        NearDuplicates
        """

    @abstractmethod
    def quick_baseline(self, table: Table, columns: Columns, rows: Rows, goal: Goal) -> QuickBaseline:
        """Return a baseline that is trained in moments, on some thousands of rows (positions in the table).

        Parameters
        ----------
        table : Table
        columns : sequence of ColumnSchema
            Those of the kind of data.
        rows : ndarray of shape (n,), int64
            Positions in the table.
        goal : Goal

        Returns
        -------
        QuickBaseline
        """

    def parts_of_names(self, table: Table, columns: Columns) -> tuple[WordColumn, ...]:  # noqa: ARG002
        """Return the parts of the names of files, where rows have such, in the order in which they are read.

        Parameters
        ----------
        table : Table
        columns : sequence of ColumnSchema
            Those of the kind of data.

        Returns
        -------
        tuple of WordColumn
        """
        return ()


class Matrix(Protocol):
    """Inputs of a simple predictor."""

    def __call__(self, rows: Rows, /) -> Any:
        """Return rows of the table as a dense or sparse matrix of shape (n, n_columns)."""
        ...


class Baselines(ABC):
    """The inputs of simple predictors.

    Attributes
    ----------
    linear : str
        What the linear baseline on this kind alone is called.
    has_trees : bool
        Whether boosted trees are a baseline of this kind alone.
    n_threads : int or None
        Threads that linear models take at most; None for all that they may.
    """

    linear: str = "linear"
    has_trees: bool = False
    n_threads: int | None = None

    @abstractmethod
    def linear_inputs(self, table: Table, columns: Columns, train_rows: Rows, seed: int) -> Matrix:
        """Return what linear models take, fitted on the training rows alone.

        Parameters
        ----------
        table : Table
        columns : sequence of ColumnSchema
            Those of the kind of data.
        train_rows : ndarray of shape (n,), int64
            Positions in the table.
        seed : int
            Of what is drawn at random.

        Returns
        -------
        Matrix
        """

    @abstractmethod
    def tree_inputs(
        self, table: Table, columns: Columns, train_rows: Rows, seed: int
    ) -> tuple[Matrix, NDArray[np.bool_]]:
        """Return what boosted trees take, dense and NaN where missing, and a mask of the columns of categories.

        Parameters
        ----------
        table : Table
        columns : sequence of ColumnSchema
            Those of the kind of data.
        train_rows : ndarray of shape (n,), int64
            Positions in the table.
        seed : int
            Of what is drawn at random.

        Returns
        -------
        tuple of (Matrix, ndarray of bool)
        """

    def rows(self, train_rows: Rows, seed: int) -> Rows:  # noqa: ARG002
        """Return the training rows that a linear model is fitted on: all, or a part drawn at random.

        Parameters
        ----------
        train_rows : ndarray of shape (n,), int64
            Positions in the table.
        seed : int
            Of what is drawn at random.

        Returns
        -------
        ndarray of shape (n,), int64
        """
        return train_rows

    def linear_model(self, *, is_regression: bool, seed: int) -> Any:
        """Return the scikit-learn model on `linear_inputs`.

        Parameters
        ----------
        is_regression : bool
        seed : int
            Of what is drawn at random.

        Returns
        -------
        object
        """
        from sklearn.linear_model import LogisticRegression, Ridge  # pyright: ignore[reportMissingTypeStubs]

        return Ridge() if is_regression else LogisticRegression(max_iter=300, random_state=seed)


Measure = Callable[[Cells], Cells]
"""From cells as a model takes them, shape (n, 1) or (n, *row), to values of shape (n,): numbers, or words."""


def spread_out(rows: Rows, most: int) -> Rows:
    """Return no more than `most` rows, spread over all.

    Parameters
    ----------
    rows : ndarray of shape (n,), int64
        Positions in the table.
    most : int
        At most so many.

    Returns
    -------
    ndarray of shape (n,), int64
    """
    return rows if len(rows) <= most else rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]


@dataclass(frozen=True, slots=True)
class TokenRule:
    """What a model for texts takes for a token: a regular expression, and those that it knows."""

    expression: str
    known: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """Return a JSON-ready dict."""
        return {"expression": self.expression, "known": list(self.known)}


DATA = "DATA.csv"
"""What ``predict.py`` is given where cells are in one file."""


@dataclass(frozen=True, slots=True)
class SampleCells:
    """The rows that a bundle is proven on, of one column: real rows, then the first one again with changed cells.

    Attributes
    ----------
    table : Table
        All rows of the data.
    column : ColumnSchema
    rows : ndarray of shape (n,), int64
        Positions in the table.
    n_real : int
        So many of them are as they are.
    changes : tuple of (int, str)
        Places among the rows, and what becomes of the cell: ``missing``, ``unseen``, ``low``, ``high``, ``below``,
        ``above`` (of kinds whose rows are no files), or one of `BundlePart.strange_cells`.
    read : ReadSpec
        How the file is read that the cells are written to.
    """

    table: Table
    column: ColumnSchema
    rows: Rows
    n_real: int
    changes: tuple[tuple[int, str], ...]
    read: ReadSpec

    @property
    def real(self) -> Column:
        """The column without changes."""
        return self.table[self.column.name].take(self.rows)


class BundlePart(ABC):
    """What bundles hold and say of the columns of a kind.

    Attributes
    ----------
    files : tuple of Path
        What programs carry along.
    strange_cells : tuple of str
        Cells that training never saw and a bundle must bear, for its certificate; of files what they are called here.
    most_samples : int
        Rows of the data that a bundle is proven on.
    alone : str
        What the input is called where it is the only one; empty where it is called as its column.
    samples, samples_hold : str
        The file that holds samples of the data, and what of them.
    data : str
        What ``predict.py`` is given where this is the only kind, for the card.
    takes : str
        What ``model.onnx`` takes, likewise.
    about : str
        What its part of ``preprocessing.json`` means.
    """

    files: tuple[Path, ...] = ()
    strange_cells: tuple[str, ...] = ()
    most_samples: int = 300
    alone: str = ""
    samples: str = "sample_rows.csv"
    samples_hold: str = "rows of the data, without the target"
    data: str = DATA
    takes: str = (
        "raw columns: doubles (NaN for missing; dates as seconds since 1970 UTC) and strings (empty for missing), "
        "each of shape (N, 1); their names are in `manifest.json`."
    )
    about: Mapping[str, str]

    @abstractmethod
    def counted(self, role: str) -> tuple[str, ...]:
        """Return the measures of a column with a role that the profile of the training rows counts.

        Parameters
        ----------
        role : str

        Returns
        -------
        tuple of str
        """

    def tokens(self, model: Path) -> TokenRule | None:  # noqa: ARG002
        """Return the tokens that a model.onnx for texts knows.

        Parameters
        ----------
        model : Path

        Returns
        -------
        TokenRule or None
        """
        return None

    @abstractmethod
    def measures(self, tokens: TokenRule | None) -> dict[str, Measure]:
        """Return all measures by name; `tokens` are those that a model for texts knows.

        Parameters
        ----------
        tokens : TokenRule or None
            Those that the model for texts knows; None where it is not for texts.

        Returns
        -------
        dict of str to Measure
        """

    @abstractmethod
    def cells(self, table: Table, column: str, rows: Rows) -> Cells:
        """Return training rows of a column as a model takes them, some of them where they are very many.

        Parameters
        ----------
        table : Table
        column : str
        rows : ndarray of shape (n,), int64
            Positions in the table.

        Returns
        -------
        ndarray of shape (n, 1) or (n, *row)
        """

    def sample_column(self, folder: Path, samples: SampleCells) -> Column:  # noqa: ARG002
        """Return the column of sample rows as training reads it, and write the files that its cells name.

        Parameters
        ----------
        folder : Path
            Of the bundle.
        samples : SampleCells

        Returns
        -------
        Column
        """
        from .sample_cells import sample_cells

        return sample_cells(samples, self.strange_cells)

    def categories(
        self,
        table: Table,  # noqa: ARG002
        column: ColumnSchema,  # noqa: ARG002
        fitted: Sequence[Preprocessing],  # noqa: ARG002
    ) -> tuple[str | float, ...] | None:
        """Return the categories of a column that a bundle names; None of a column without.

        Parameters
        ----------
        table : Table
        column : ColumnSchema
        fitted : sequence of Preprocessing
            Preprocessing that was fitted on training rows.

        Returns
        -------
        tuple of str or float or None
        """
        return None

    def preprocessing(self, fitted: Preprocessing) -> dict[str, object]:
        """Return what ``preprocessing.json`` says of a fit.

        Parameters
        ----------
        fitted : Preprocessing
            Preprocessing that was fitted on training rows.

        Returns
        -------
        dict of str to object
        """
        return fitted.to_json()

    def private(self, roles: Sequence[str]) -> tuple[str, ...]:  # noqa: ARG002
        """Return sentences of the card on what of the data lies in the bundle, beside the samples.

        Parameters
        ----------
        roles : sequence of str

        Returns
        -------
        tuple of str
        """
        return ()
