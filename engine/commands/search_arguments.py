"""The arguments of ``cupel search``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import get_args

from ..domain.evidence import EQUIVALENCE
from ..domain.families import DATA_KINDS
from ..domain.metrics import METRICS
from ..domain.objectives import COSTS
from ..domain.space import families
from ..domain.spec import DuplicatesName, SplitKind


def add_search_arguments(parser: argparse.ArgumentParser) -> None:
    """Add all that `search.run_search` reads."""
    _add_data(parser)  # what is read, and what is to be learnt
    _add_splits(parser)  # how rows are divided
    _add_limits(parser)  # when the search ends, and what a network may cost
    _add_method(parser)  # how is searched
    _add_results(parser)  # what becomes of it


def add_inspect_arguments(parser: argparse.ArgumentParser) -> None:
    """Add all that `inspect.run_inspect` reads."""
    _add_source(parser)
    parser.add_argument("--target", metavar="COLUMN", help="what is to be learnt; else it is guessed")
    _add_reading(parser)
    _add_roles_of_split(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def _add_data(p: argparse.ArgumentParser) -> None:
    _add_source(p)
    p.add_argument(
        "--settings",
        metavar="FILE",
        help="a TOML file with any of these options by name; what is given here, too, wins",
    )
    p.add_argument("--target", required=True, metavar="COLUMN")
    p.add_argument("--task", default="auto", choices=("auto", "binary", "multiclass", "regression"))
    p.add_argument("--kind", default="auto", choices=("auto", *DATA_KINDS), help="of the data")
    _add_reading(p)


def _add_source(p: argparse.ArgumentParser) -> None:
    p.add_argument(
        "data",
        metavar="DATA",
        help="CSV, TSV or Parquet file, folder or ZIP of images or texts by class, IDX or NPZ file, or sample:iris, …",
    )


def _add_reading(p: argparse.ArgumentParser) -> None:
    p.add_argument(
        "--role", action="append", default=[], metavar="COLUMN=ROLE", help="override an inferred column role"
    )
    p.add_argument(
        "--image-size",
        type=int,
        metavar="N",
        help="height and width of images, in pixels (default: their median, at most 64)",
    )
    p.add_argument("--delimiter", metavar="CHAR")
    p.add_argument("--encoding")
    p.add_argument("--decimal", choices=(".", ","))
    p.add_argument("--no-header", action="store_true")


def _add_splits(p: argparse.ArgumentParser) -> None:
    p.add_argument("--folds", type=int, default=5)
    p.add_argument("--repeats", type=int, default=1)
    p.add_argument(
        "--holdout",
        default="0.2",
        metavar="FRACTION|PART",
        help="fraction of the rows kept out of the search, or an official part by its name in the column split: test",
    )
    p.add_argument(
        "--split",
        default="auto",
        choices=get_args(SplitKind),
        help="how rows are divided; time and order train on what comes first, order by the rows of the file",
    )
    p.add_argument(
        "--gap",
        type=int,
        default=0,
        metavar="N",
        help="with time and order: rows left out between training and validation, and before the holdout",
    )
    _add_roles_of_split(p)
    p.add_argument(
        "--group-part",
        type=int,
        default=0,
        metavar="N",
        help="of images: the part of the file names, counted from 1, that says the group: patient7_2.png has 3",
    )
    p.add_argument(
        "--duplicates",
        default="auto",
        choices=get_args(DuplicatesName),
        help="near-duplicate rows: keep them on one side of every split (auto: where chance does not explain them)",
    )
    p.add_argument(
        "--independent",
        action="append",
        default=[],
        metavar="FINDING",
        help="answer to a finding about the split, as its line names it: such rows are independent all the same",
    )
    p.add_argument(
        "--split-seed",
        type=int,
        default=0,
        metavar="N",
        help="of the folds and the holdout, which another --seed leaves as they are (default: %(default)s)",
    )


def _add_roles_of_split(p: argparse.ArgumentParser) -> None:
    p.add_argument("--group", metavar="COLUMN", help="rows of one group stay in one fold")
    p.add_argument("--time", metavar="COLUMN", help="folds follow this column")


def _add_limits(p: argparse.ArgumentParser) -> None:
    p.add_argument("--trials", type=int, metavar="N", help="default: 50 where no other limit is set")
    p.add_argument("--timeout", type=float, metavar="SECONDS", help="wall clock, final fit and export inside")
    p.add_argument("--target-score", type=float, metavar="X", help="end when a trial reaches this score")
    p.add_argument("--epochs", type=int, default=100, help="at most, for one trial (default: %(default)s)")
    p.add_argument(
        "--max-parameters",
        type=int,
        metavar="N",
        help="of a network; larger ones are ruled out before training",
    )
    p.add_argument(
        "--max-bytes", type=int, metavar="N", help="of a network's file in float32; larger ones are ruled out"
    )
    p.add_argument(
        "--max-latency",
        type=float,
        metavar="MS",
        help="of a network for one row on one thread; slower ones are ruled out",
    )
    p.add_argument(
        "--max-memory",
        type=int,
        metavar="BYTES",
        help="of a training process; trials that need more are ruled out",
    )


def _add_method(p: argparse.ArgumentParser) -> None:
    p.add_argument("--metric", default="", metavar="NAME", help=", ".join(METRICS))
    p.add_argument(
        "--finalists",
        type=int,
        default=5,
        metavar="N",
        help="of the best trials, judged on three repeats of the folds at the end; 0 for none (default: %(default)s)",
    )
    p.add_argument(
        "--equivalence",
        type=float,
        default=EQUIVALENCE,
        metavar="X",
        help="smaller differences have no practical size: of a score, or as a part of an error (default: %(default)s)",
    )
    p.add_argument(
        "--objective",
        action="append",
        default=[],
        choices=("score", *COSTS),
        help="what to aim at beside the score; may be given several times (default: the score alone)",
    )
    p.add_argument("--family", action="append", choices=families(), help="may be given several times")
    p.add_argument(
        "--space", type=Path, metavar="FILE", help="a TOML file; `cupel space` prints the default one"
    )
    p.add_argument(
        "--warm-start",
        metavar="STUDY",
        help="try the best trials of an earlier study of the same families first",
    )
    p.add_argument(
        "--sampler", default="tpe", choices=("tpe", "nsga2", "random", "gp", "cmaes", "qmc", "grid")
    )
    p.add_argument(
        "--pruner", default="hyperband", choices=("hyperband", "asha", "median", "wilcoxon", "none")
    )
    p.add_argument(
        "--seed", type=int, default=0, help="of the search and the training (default: %(default)s)"
    )
    p.add_argument("--workers", type=int, metavar="N")
    p.add_argument(
        "--path", default="auto", choices=("auto", "fused", "fold_by_fold"), help="how folds are trained"
    )
    p.add_argument(
        "--alongside", action="store_true", help="run beside other studies instead of waiting for them"
    )


def _add_results(p: argparse.ArgumentParser) -> None:
    p.add_argument("--name")
    p.add_argument("--out", type=Path, metavar="DIR", help="where to export the best model")
    p.add_argument("--no-export", action="store_true")
    p.add_argument("--json", action="store_true", help="print one JSON object as the last line")
