"""The terminal: ``cupel COMMAND``, on the same engine and store as the window.

Exit codes: 0 done, 1 failed, 2 unusable arguments or data, 130 interrupted.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ..storage.errors import StoreError
from ..storage.workspace import default_workspace
from .cli_codes import DONE, INTERRUPTED, UNUSABLE
from .errors import CupelError
from .families import DATA_KINDS
from .metrics import METRICS
from .objectives import COSTS
from .search.space import families


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    args = make_parser().parse_args(argv)
    try:
        return int(args.run(args))
    except (CupelError, StoreError) as error:
        print(f"cupel: {error}", file=sys.stderr)
        return UNUSABLE
    except KeyboardInterrupt:
        print("cupel: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has gone, `cupel trials 1 | head` for instance
        sys.stderr.close()
        return DONE


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="cupel",
        description="Find, prove and ship the best neural network for your data. Without a command: the window.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_search(commands)
    _add_browsing(commands)
    _add_control(commands)
    _add_compression(commands)
    _add_shipping(commands)
    return parser


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, text: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=text)
    parser.add_argument(
        "--workspace", type=Path, default=default_workspace().path, metavar="DIR", help="default: %(default)s"
    )
    return parser


def _add_search(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from .commands import search

    p = _command(commands, "search", "Search networks for a table, images or texts, and export the best.")
    p.add_argument(
        "data",
        metavar="DATA",
        help="CSV, TSV or Parquet file, folder or ZIP of images or texts by class, IDX or NPZ file, or sample:iris, …",
    )
    p.add_argument("--target", required=True, metavar="COLUMN")
    p.add_argument("--task", default="auto", choices=("auto", "binary", "multiclass", "regression"))
    p.add_argument("--metric", default="", metavar="NAME", help=", ".join(METRICS))
    p.add_argument("--kind", default="auto", choices=("auto", *DATA_KINDS), help="of the data")
    p.add_argument("--folds", type=int, default=5)
    p.add_argument("--repeats", type=int, default=1)
    p.add_argument(
        "--holdout",
        default="0.2",
        metavar="FRACTION|PART",
        help="fraction of the rows kept out of the search, or an official part by its name in the column split: test",
    )
    p.add_argument(
        "--image-size",
        type=int,
        metavar="N",
        help="height and width of images, in pixels (default: their median, at most 64)",
    )
    p.add_argument("--split", default="auto", choices=("auto", "stratified", "plain", "grouped", "time"))
    p.add_argument("--group", metavar="COLUMN", help="rows of one group stay in one fold")
    p.add_argument("--time", metavar="COLUMN", help="folds follow this column")
    p.add_argument(
        "--role", action="append", default=[], metavar="COLUMN=ROLE", help="override an inferred column role"
    )
    p.add_argument("--trials", type=int, metavar="N", help="default: 50 where no other limit is set")
    p.add_argument("--timeout", type=float, metavar="SECONDS", help="wall clock, final fit and export inside")
    p.add_argument("--target-score", type=float, metavar="X", help="end when a trial reaches this score")
    p.add_argument("--epochs", type=int, default=100, help="at most, for one trial (default: %(default)s)")
    p.add_argument("--workers", type=int, metavar="N")
    p.add_argument("--family", action="append", choices=families(), help="may be given several times")
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
    p.add_argument(
        "--objective",
        action="append",
        default=[],
        choices=("score", *COSTS),
        help="what to aim at beside the score; may be given several times (default: the score alone)",
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
        "--space", type=Path, metavar="FILE", help="a TOML file; `cupel space` prints the default one"
    )
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--name")
    p.add_argument(
        "--path", default="auto", choices=("auto", "fused", "fold_by_fold"), help="how folds are trained"
    )
    p.add_argument(
        "--alongside", action="store_true", help="run beside other studies instead of waiting for them"
    )
    p.add_argument("--out", type=Path, metavar="DIR", help="where to export the best model")
    p.add_argument("--no-export", action="store_true")
    p.add_argument("--delimiter", metavar="CHAR")
    p.add_argument("--encoding")
    p.add_argument("--decimal", choices=(".", ","))
    p.add_argument("--no-header", action="store_true")
    p.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    p.set_defaults(run=search.run_search)
    p = _command(commands, "demo", "A short search on a sample table: what Cupel does, in a minute.")
    p.set_defaults(run=search.run_demo)
    p = _command(
        commands, "space", "Print the default search space of a family, to edit and give to `search --space`."
    )
    p.add_argument("family", nargs="?", default="mlp", choices=families())
    p.set_defaults(run=search.run_space)


def _add_browsing(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from .commands import browse

    p = _command(commands, "studies", "List the studies of the workspace.")
    p.add_argument("--json", action="store_true")
    p.set_defaults(run=browse.run_studies)
    p = _command(commands, "trials", "List the trials of a study.")
    p.add_argument("study", metavar="STUDY", help="name or number")
    p.add_argument("--csv", action="store_true")
    p.add_argument("--json", action="store_true")
    p.add_argument(
        "--pareto", action="store_true", help="only those that no other one beats in the study's objectives"
    )
    p.add_argument("--filter", metavar="EXPR", help="for instance 'value > 0.9 and optimizer == \"adamw\"'")
    p.set_defaults(run=browse.run_trials)
    p = _command(commands, "show", "Show a study with its leaderboard, or one of its trials.")
    p.add_argument("study", metavar="STUDY")
    p.add_argument("--trial", type=int, metavar="N")
    p.add_argument("--json", action="store_true")
    p.set_defaults(run=browse.run_show)
    p = _command(
        commands,
        "doctor",
        "What is installed, which devices TensorFlow sees, whether the workspace is sound.",
    )
    p.set_defaults(run=browse.run_doctor)


def _add_control(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from .commands import search

    for name, text, run in (
        ("pause", "Pause a running study after the epoch it is in.", search.run_pause),
        ("resume", "Resume a paused, stopped or interrupted study and follow it.", search.run_resume),
        ("stop", "Stop a study; what it found is kept.", search.run_stop),
    ):
        p = _command(commands, name, text)
        p.add_argument("study", metavar="STUDY")
        if name == "resume":
            p.add_argument("--detach", action="store_true", help="do not follow it")
            p.add_argument("--json", action="store_true")
        p.set_defaults(run=run)


def _add_compression(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from .commands import compress
    from .compression.explore import BLAMED
    from .compression.plan import WHAT

    p = _command(
        commands,
        "compress",
        "Sparse, smaller and quantized forms of a trial's networks: what they cost and what they gain.",
    )
    p.add_argument("study", metavar="STUDY")
    p.add_argument("--trial", default="best", metavar="N|best")
    p.add_argument(
        "--what", action="append", default=[], choices=tuple(WHAT), help="may be given several times"
    )
    p.add_argument(
        "--max-drop", type=float, default=0.01, metavar="X", help="of the metric (default: %(default)s)"
    )
    p.add_argument("--target-bytes", type=int, metavar="N")
    p.add_argument("--target-ms", type=float, metavar="X", help="for one row")
    p.add_argument("--choose", action="store_true", help="search for the best forms under the limits")
    p.add_argument("--rounds", type=int, metavar="N", help="with --choose: candidates to try")
    p.add_argument(
        "--timeout", type=float, metavar="S", help="with --choose: no new candidate after S seconds"
    )
    p.add_argument(
        "--zipped",
        action="store_true",
        help="with --choose: bytes are those of zipped files; tries zeros too",
    )
    p.add_argument("--blame", action="store_true", help="which layers cost the score, and a mixed form")
    p.add_argument(
        "--how",
        choices=BLAMED,
        default="int4",
        help="with --blame: what is done to a layer (default: %(default)s)",
    )
    p.add_argument(
        "--sparsity", type=float, default=0.75, metavar="X", help="with --how sparse (default: %(default)s)"
    )
    p.add_argument("--json", action="store_true")
    p.set_defaults(run=compress.run_compress)


def _add_shipping(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from .commands import ship
    from .deployment.formats import FORMATS

    p = _command(
        commands, "export", "Export a study's final model, or a trial's, as a bundle with a certificate."
    )
    p.add_argument("study", metavar="STUDY")
    p.add_argument("--trial", default="best", metavar="N|best")
    p.add_argument("--variant", default="", metavar="NAME", help="a compressed form of the trial's networks")
    p.add_argument(
        "--ensemble",
        action="store_true",
        help="of a variant: the networks of all folds, and not the best one",
    )
    p.add_argument(
        "--format",
        action="append",
        default=[],
        choices=tuple(FORMATS),
        help="may be given several times; ONNX is always inside (default: onnx, and keras where it can hold them)",
    )
    p.add_argument("--licence", default="", metavar="TEXT", help="of the model, for its card")
    p.add_argument("--out", type=Path, metavar="DIR")
    p.add_argument("--json", action="store_true")
    p.set_defaults(run=ship.run_export)
    p = _command(
        commands, "predict", "Predict rows with an exported bundle: one row for each input row, in order."
    )
    p.add_argument("bundle", type=Path, metavar="BUNDLE")
    p.add_argument(
        "data",
        type=Path,
        metavar="DATA",
        help="CSV, TSV or Parquet file; for images or texts a folder or, of images, a ZIP archive",
    )
    p.add_argument("--out", type=Path, required=True, metavar="FILE", help="a CSV file")
    p.add_argument("--json", action="store_true")
    p.set_defaults(run=ship.run_predict)
    p = _command(
        commands,
        "verify",
        "Check a bundle: every file's digest, and its predictions against the stored ones.",
    )
    p.add_argument("bundle", type=Path, metavar="BUNDLE")
    p.add_argument("--json", action="store_true")
    p.set_defaults(run=ship.run_verify)
    p = _command(commands, "serve", "Serve an exported bundle over HTTP, on this machine by default.")
    p.add_argument("bundle", type=Path, metavar="BUNDLE")
    p.add_argument("--host", default="127.0.0.1", help="default: %(default)s; others can reach any other one")
    p.add_argument("--port", type=int, default=8000, help="default: %(default)s; 0 takes a free one")
    p.add_argument(
        "--max-rows", type=int, default=10_000, metavar="N", help="of a request (default: %(default)s)"
    )
    p.add_argument(
        "--max-bytes", type=int, default=16 << 20, metavar="N", help="of a request (default: %(default)s)"
    )
    p.add_argument("--workers", type=int, default=1, metavar="N", help="processes (default: %(default)s)")
    p.set_defaults(run=ship.run_serve)
    p = _command(
        commands,
        "compare",
        "Compare two exported bundles on rows: where they differ, their speed and scores.",
    )
    p.add_argument("bundle_a", type=Path, metavar="BUNDLE_A")
    p.add_argument("bundle_b", type=Path, metavar="BUNDLE_B")
    p.add_argument("data", type=Path, metavar="DATA", help="as for predict")
    p.add_argument("--out", type=Path, metavar="FILE", help="a CSV file of both predictions of each row")
    p.add_argument("--json", action="store_true")
    p.set_defaults(run=ship.run_compare)
