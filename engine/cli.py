"""The terminal: ``cupel COMMAND``, on the same engine and store as the window.

Exit codes: 0 done, 1 failed, 2 unusable arguments or data, 130 interrupted.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from ..storage.errors import LockedStoreError, StoreError, StoreFullError
from ..storage.workspace import default_workspace
from .cli_codes import DONE, FAILED, INTERRUPTED, UNUSABLE
from .commands.streams import escaped_streams
from .domain.errors import CupelError
from .domain.space import families


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal may not know the letters of a name: C locale, old Windows.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        with escaped_streams():
            return _run(list(sys.argv[1:] if argv is None else argv))
    except KeyboardInterrupt:
        print("cupel: interrupted", file=sys.stderr)
        return INTERRUPTED


def _run(argv: list[str]) -> int:
    workspace = default_workspace().path
    try:
        args = make_parser().parse_args(_with_settings(argv))
        workspace = args.workspace
        return int(args.run(args))
    except (CupelError, StoreError) as error:
        print(f"cupel: {error}", file=sys.stderr)
        return FAILED if isinstance(error, StoreFullError | LockedStoreError) else UNUSABLE
    except BrokenPipeError:
        # The reader of our output has gone, `cupel trials 1 | head` for instance.
        sys.stderr.close()
        return DONE
    except Exception as error:  # noqa: BLE001 - whatever it was: a traceback is nothing for a user
        from .commands.mishaps import print_mishap

        return print_mishap(error, workspace)


def _with_settings(argv: list[str]) -> list[str]:
    if argv[:1] != ["search"]:
        return argv
    from .commands.search_arguments import add_search_arguments
    from .commands.settings_file import with_settings

    parser = argparse.ArgumentParser()
    add_search_arguments(parser)
    return ["search", *with_settings(argv[1:], parser)]


def _run_demo(args: argparse.Namespace) -> int:
    print("A short search on a sample table: breast cancer, 569 rows, is it malignant?", file=sys.stderr)
    asked = ["search", "sample:breast_cancer", "--target", "diagnosis", "--trials", "16", "--timeout", "60"]
    asked += ["--epochs", "60", "--name", "Demo · breast cancer", "--alongside"]
    asked += ["--workspace", str(args.workspace)]
    return main(asked)


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="cupel",
        description="Find, prove and ship the best neural network for your data. Without a command: the window.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add_all in _GROUPS.values():
        for add in add_all:
            add(commands)
    return parser


def complete() -> None:
    """Answer a shell that asks what could follow, and end."""
    from .commands.shell import complete

    complete(make_parser())


def commands_text() -> str:
    """Return all commands by group, a line each, for the help of ``cupel`` itself."""
    groups: list[str] = []
    for title, add_all in _GROUPS.items():
        commands = argparse.ArgumentParser(prog="cupel").add_subparsers()
        for add in add_all:
            add(commands)
        lines = [f"  {name:<12}{parser.description}" for name, parser in commands.choices.items()]
        groups.append("\n".join([f"{title}:", *lines]))
    return "\n\n".join([*groups, "`cupel COMMAND --help` tells the options of a command."])


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, text: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=text)
    parser.add_argument(
        "--workspace", type=Path, default=default_workspace().path, metavar="DIR", help="default: %(default)s"
    )
    return parser


def _add_search(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from .commands import inspect, search, search_arguments

    p = _command(commands, "search", "Search networks for a table, images or texts, and export the best.")
    search_arguments.add_search_arguments(p)
    p.set_defaults(run=search.run_search)
    p = _command(
        commands, "inspect", "What is in a data file, and what speaks against searching it as it is."
    )
    search_arguments.add_inspect_arguments(p)
    p.set_defaults(run=inspect.run_inspect)
    p = _command(commands, "demo", "A short search on a sample table: what Cupel does, in a minute.")
    p.set_defaults(run=_run_demo)
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
    p.add_argument(
        "--out",
        metavar="FILE",
        help="write them, with every metric, into a file that ends in .csv, .json or .parquet",
    )
    p.add_argument("--filter", metavar="EXPR", help="for instance 'value > 0.9 and optimizer == \"adamw\"'")
    p.set_defaults(run=browse.run_trials)
    p = _command(commands, "show", "Show a study with its leaderboard, or one of its trials.")
    p.add_argument("study", metavar="STUDY")
    p.add_argument("--trial", type=int, metavar="N")
    p.add_argument(
        "--against",
        type=int,
        metavar="N",
        help="compare --trial with this one, fold by fold; baselines are below 0",
    )
    p.add_argument(
        "--importance", action="store_true", help="which params the scores depend on, and what chance gives"
    )
    p.add_argument("--json", action="store_true")
    p.set_defaults(run=browse.run_show)


def _add_upkeep(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from .commands import upkeep

    p = _command(
        commands,
        "doctor",
        "What is installed, which devices TensorFlow sees, whether the workspace is sound.",
    )
    p.add_argument(
        "--clean",
        action="store_true",
        help="remove what killed processes left in the workspace more than a day ago",
    )
    p.set_defaults(run=upkeep.run_doctor)
    p = _command(
        commands, "delete", "Delete a study for good, with its trials and models, and tell what that frees."
    )
    p.add_argument("study", metavar="STUDY")
    p.add_argument("--yes", action="store_true", help="without being asked")
    p.set_defaults(run=upkeep.run_delete)
    p = _command(commands, "backup", "Copy the workspace's database, while studies may go on running.")
    p.add_argument("--out", metavar="FILE", help="or a folder, DIR/ (default: a file beside the database)")
    p.set_defaults(run=upkeep.run_backup)


def _add_shell(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from .commands import shell

    p = _command(
        commands, "completion", "What a shell needs to complete commands, options, studies and files."
    )
    p.add_argument("shell", choices=shell.SHELLS)
    p.epilog = (
        'bash: eval "$(cupel completion bash)" in ~/.bashrc; zsh: the same in ~/.zshrc, after compinit; fish: cupel '
        "completion fish > ~/.config/fish/completions/cupel.fish"
    )
    p.set_defaults(run=shell.run_completion)
    p = _command(
        commands, "desktop", "Put Cupel into the menu of the desktop, with its icon, for tables too (Linux)."
    )
    p.add_argument("--remove", action="store_true", help="take it out again")
    p.set_defaults(run=shell.run_desktop)


def _add_control(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from .commands import search

    for name, text, run in (
        ("pause", "Pause a running study after the epoch it is in.", search.run_pause),
        (
            "resume",
            "Resume a paused, stopped or interrupted study, or give a finished one more, and follow it.",
            search.run_resume,
        ),
        ("stop", "Stop a study; what it found is kept.", search.run_stop),
    ):
        p = _command(commands, name, text)
        p.add_argument("study", metavar="STUDY")
        if name == "resume":
            p.add_argument(
                "--timeout",
                type=float,
                metavar="SECONDS",
                help="more time from here on, final model and export inside, in place of the limits before",
            )
            p.add_argument("--trials", type=int, metavar="N", help="more trials from here on, likewise")
            p.add_argument("--detach", action="store_true", help="do not follow it")
            p.add_argument("--json", action="store_true")
        p.set_defaults(run=run)


def _add_rerun(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from .commands import rerun

    p = _command(
        commands,
        "rerun",
        "Train trials like another one: with other params, with other seeds, or for longer.",
    )
    p.add_argument("study", metavar="STUDY")
    p.add_argument("--trial", type=int, metavar="N", help="the one that they are like (default: the best)")
    p.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="another value of a param, by its name in the search space; may be given several times",
    )
    which = p.add_mutually_exclusive_group()
    which.add_argument("--seed", type=int, metavar="N", help="of training; the folds stay as they are")
    which.add_argument(
        "--seeds", type=int, metavar="N", help="so many trials, each with a seed that was not tried"
    )
    p.add_argument(
        "--times", type=float, default=1.0, metavar="X", help="train for X times as many epochs, up to 10"
    )
    p.add_argument("--detach", action="store_true", help="do not follow the study")
    p.add_argument("--json", action="store_true")
    p.set_defaults(run=rerun.run_rerun)


def _add_compression(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from .commands import compress
    from .compression.explore import BLAMED
    from .domain.compression_plan import WHAT

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


def _add_export(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from .commands import ship
    from .domain.formats import BUNDLE_FORMATS

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
        choices=tuple(BUNDLE_FORMATS),
        help="may be given several times; ONNX is always inside (default: onnx, and keras where it can hold them)",
    )
    p.add_argument("--licence", default="", metavar="TEXT", help="of the model, for its card")
    p.add_argument(
        "--threshold",
        default="0.5",
        metavar="0.5|tuned|X",
        help="of two classes: the probability of the second one above which it is said; tuned takes the one that was "
        "fitted on rows that the networks had not seen (default: %(default)s)",
    )
    p.add_argument("--out", type=Path, metavar="DIR")
    p.add_argument("--json", action="store_true")
    p.set_defaults(run=ship.run_export)


def _add_bundles(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from .commands import search_arguments, ship

    p = _command(
        commands, "predict", "Predict rows with an exported bundle: one row for each input row, in order."
    )
    p.add_argument("bundle", type=Path, metavar="BUNDLE")
    p.add_argument(
        "data",
        type=Path,
        metavar="DATA",
        help="CSV, TSV, JSON, ARFF or Parquet file, plain or packed; for images or texts a folder or, of images, a ZIP "
        "archive",
    )
    p.add_argument(
        "--out", required=True, metavar="FILE", help="a CSV file, or a folder (DIR/) for predictions.csv"
    )
    p.add_argument(
        "--interval",
        type=float,
        metavar="LEVEL",
        help="tell of each row an interval (columns low and high), or of classes their set, too; 0.9 for 90 %%",
    )
    p.add_argument(
        "--keep",
        action="append",
        default=[],
        metavar="COLUMN,…",
        help="columns of the data to write before the predictions, as they are spelled there: id,name",
    )
    search_arguments.add_dialect_arguments(p)
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
    p.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a name by which the server is reached, beside those of this machine; * for every one",
    )
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
    p.add_argument(
        "--out",
        metavar="FILE",
        help="a CSV file of both predictions of each row, or a folder (DIR/) for comparison.csv",
    )
    search_arguments.add_dialect_arguments(p)
    p.add_argument("--json", action="store_true")
    p.set_defaults(run=ship.run_compare)


def _add_audit(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from .commands import audit, search_arguments

    p = _command(
        commands,
        "audit",
        "Whether a model treats the groups of a column alike, on rows that it had not seen; later exports tell it.",
    )
    p.add_argument("model", metavar="STUDY|BUNDLE", help="a study, or with --data the folder of a bundle")
    p.add_argument(
        "--by", action="append", required=True, metavar="COLUMN",
        help="categories, or a number in five ranges; may be given several times; the model need not use it",
    )  # fmt: skip
    p.add_argument("--data", type=Path, metavar="FILE", help="of a bundle: rows with the target")
    p.add_argument("--trial", default="best", metavar="N|best", help="of a study")
    p.add_argument(
        "--variant",
        default="",
        metavar="NAME",
        help="a compressed form of the trial; to be exported first, then its bundle is audited",
    )
    p.add_argument(
        "--positive",
        default="",
        metavar="CLASS",
        help="what rates are about (default: the second of two classes)",
    )
    p.add_argument(
        "--threshold", default="0.5", metavar="0.5|tuned|X", help="of a study with two classes, as for export"
    )
    search_arguments.add_dialect_arguments(p)
    p.add_argument("--json", action="store_true")
    p.set_defaults(run=audit.run_audit)


_GROUPS: dict[str, tuple[Callable[[argparse._SubParsersAction[argparse.ArgumentParser]], None], ...]] = {
    "search": (_add_search, _add_control, _add_rerun),
    "browse and compare": (_add_browsing,),
    "make smaller": (_add_compression,),
    "ship and predict": (_add_export, _add_bundles),
    "audit": (_add_audit,),
    "look after the workspace": (_add_upkeep,),
    "shell and desktop": (_add_shell,),
}
"""What adds the commands of a group, by its title."""
