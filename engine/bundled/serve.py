"""Serves the model of this folder over HTTP; needs what requirements-serve.txt lists.

    python serve.py [--host 127.0.0.1] [--port 8000] [--max-rows 10000] [--max-bytes 16777216] [--workers 1]
                    [--allow-host NAME] …

    POST /predict   one row as an object, or many as a list of objects; of images also the bytes of one file;
                    /predict?interval=0.9 tells intervals or sets of classes, too
    GET  /schema    what a row holds: types, and the ranges and categories of the training data
    GET  /health    whether it answers
    GET  /docs      all that for people, with a form to try it; /openapi.json for machines

Every column must be given, null where it is missing; unknown columns and wrong types are refused. Nothing that is sent
is kept. It answers this machine only, unless --host says otherwise; there is no password: put what has one before it.
A request must be for a name that the server knows: those of this machine itself, where others are answered any IP
address, and what --allow-host names. Who keeps it waiting is cut off; guarding.py says when.
"""
# Cupel copies this file into every bundle as serve.py, with guarding.py, and `cupel serve` runs it: they import nothing
# else of Cupel.

from __future__ import annotations

import argparse
import base64
import binascii
import html
import importlib
import json
import logging
import os
import socket
import sys
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

try:
    import uvicorn
    from fastapi import FastAPI, Query, Request
    from fastapi.concurrency import run_in_threadpool
    from fastapi.exceptions import RequestValidationError
    from fastapi.responses import HTMLResponse, JSONResponse, Response
    from pydantic import (
        AfterValidator,
        BaseModel,
        ConfigDict,
        Field,
        TypeAdapter,
        ValidationError,
        create_model,
    )
    from starlette.exceptions import HTTPException
    from starlette.requests import ClientDisconnect
    from uvicorn.supervisors import Multiprocess
except ModuleNotFoundError as missing:
    if __name__ != "__main__":
        raise
    sys.exit(f"serve.py needs {missing.name}: pip install -r requirements-serve.txt")

MAX_ROWS, MAX_BYTES = 10_000, 16 << 20
# How the worker processes hear of them.
_SETTINGS = "CUPEL_SERVE"
# So few are done sooner than another thread is woken.
_INLINE_ROWS = 32
_BACKLOG = 512
_LOG = logging.getLogger("uvicorn.error")
# Problems that an answer lists.
_SHOWN = 20
# Times the limit: what a client has begun to send is read to its end, so that it hears the answer.
_DRAIN = 8
_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem;color:#1c2127;"
    "background:#fff}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .6rem;"
    "border-bottom:1px solid #d8dde3;vertical-align:top}textarea{width:100%;height:14rem;font:13px monospace;"
    "box-sizing:border-box}pre{background:#f3f5f7;color:#1c2127;padding:.8rem;overflow:auto}button{padding:.4rem 1rem}"
    "@media(prefers-color-scheme:dark){body{background:#16191d;color:#e4e8ec}td,th{border-color:#343b43}"
    "pre,textarea{background:#20252b;color:#e4e8ec}a{color:#7fb4ff}}"
)
_SCRIPT = (
    "const t=document.querySelector('textarea'),o=document.querySelector('#answer');"
    "document.querySelector('button').onclick=async()=>{o.textContent='…';try{const a=await fetch('predict',"
    "{method:'POST',headers:{'Content-Type':'application/json'},body:t.value});"
    "o.textContent=a.status+'\\n'+JSON.stringify(await a.json(),null,2)}catch(e){o.textContent=String(e)}}"
)


@dataclass(frozen=True, slots=True)
class ServeSettings:
    """What is served and how much of it at once.

    Attributes
    ----------
    folder : str
    host : str
    max_rows, max_bytes : int
        Of one request.
    allow_hosts : tuple of str
        Names by which the server is known beside its own. Requests for others are refused: a page on the web could
        else reach the model through the reader's browser.
    waiting : dict
        What differs from `guarding.Waiting`.
    """

    folder: str
    host: str = "127.0.0.1"
    max_rows: int = MAX_ROWS
    max_bytes: int = MAX_BYTES
    allow_hosts: tuple[str, ...] = ()
    waiting: Mapping[str, float] = field(default_factory=dict[str, float])


Cell = object
"""Of a row, as JSON has it."""


class _Refused(Exception):  # noqa: N818 - an answer, no failure
    def __init__(self, status: int, text: str, problems: Sequence[dict[str, object]] = ()) -> None:
        self.status, self.text, self.problems = status, text, list(problems)
        super().__init__(text)

    def answer(self) -> JSONResponse:
        return JSONResponse({"error": self.text, "problems": self.problems}, self.status)


class Refusal(BaseModel):
    """Why a request was refused: one sentence, and of rows that are wrong each row, column and sentence."""

    error: str
    problems: list[dict[str, object]]


class PredictResponse(BaseModel):
    """What /predict returns: one prediction a row, in order, and what is to be said of the rows."""

    predictions: list[dict[str, object]]
    notes: list[str]


class Service:
    """The model, and what a row must be."""

    def __init__(self, settings: ServeSettings) -> None:
        self.settings = settings
        self.folder = Path(settings.folder)
        self._reader = _reader()
        self.predictor = self._reader.Predictor(self.folder)
        self.schema = self.predictor.schema
        self._missing = frozenset(self.schema.missing)
        self.n_rows = 0
        self._columns: list[str] = [column.key for column in self.predictor.columns]
        self._known = [
            (spec.column, i, frozenset(spec.categories))
            for i, spec in enumerate(self.schema.inputs)
            if spec.categories
        ]
        self.row = self._row_model()
        self._one = TypeAdapter(self.row)
        folds = self.schema.folds
        has_intervals = folds is not None and bool(folds.file)
        self.highest_level = self.predictor.fold_networks.scores.highest_level if has_intervals else None
        # Read now, so that a bundle whose samples are damaged is not served.
        self._sample = self._read_sample()
        row: Any = self.row
        many: Any = Annotated[list[row], Field(min_length=1, max_length=settings.max_rows)]
        self._many = TypeAdapter(many)

    def parse(self, body: bytes) -> list[list[Cell]]:
        """Return the cells of each column; `_Refused` says what is wrong with a row."""
        is_list = body.lstrip()[:1] == b"["
        try:
            rows: list[Any] = self._many.validate_json(body) if is_list else [self._one.validate_json(body)]
        except ValidationError as error:
            raise self._problems(error, is_list) from None
        return [[getattr(row, f"x{i}") for row in rows] for i in range(len(self._columns))]

    @property
    def file_types(self) -> tuple[str, ...]:
        """The media types of the files of which a row may be the bytes of one; empty where rows are no files."""
        return self.predictor.columns[0].file_types if self.predictor.lead else ()

    @property
    def reads_files(self) -> bool:
        """Whether rows hold the bytes of files, which take a moment to read."""
        return any(column.reads_files for column in self.predictor.columns)

    def predict(self, cells: Sequence[Sequence[Cell]], interval: float | None = None) -> dict[str, object]:
        """Return the body of the answer for the cells of each column."""
        read = [
            self._decoded(column, values) if column.reads_files else values
            for column, values in zip(self.predictor.columns, cells, strict=True)
        ]
        try:
            predictions = self.predictor.named(self.predictor.piece(read).feeds, interval)
        except self._reader.InputError as error:
            # Of the interval: rows were checked before.
            raise _Refused(422, str(error)) from None
        self.n_rows += len(predictions)
        gone = [i for i, one in enumerate(predictions, start=1) if one["prediction"] is None]
        return {"predictions": predictions, "notes": [*self._notes(cells), *_numberless(gone)]}

    def described(self) -> dict[str, object]:
        """Return the body of /schema."""
        return {
            "task": self.schema.task,
            "labels": self.schema.labels,
            "threshold": self.schema.threshold,
            "columns": self.described_columns(),
            "limits": {"max_rows": self.settings.max_rows, "max_bytes": self.settings.max_bytes},
            "row": self.row.model_json_schema(),
            "sample": self.sample(),
        }

    def sample(self) -> dict[str, Cell]:
        """Return a row that the model takes: the first sample of the bundle."""
        return dict(self._sample)

    def _read_sample(self) -> dict[str, Cell]:
        (cells,) = self.predictor.sample_cells(1)[:1]
        return {
            column.key: self._as_json(column, cell)
            for column, cell in zip(self.predictor.columns, cells, strict=True)
        }

    def _as_json(self, column: Any, cell: str) -> Cell:
        """Return a cell of the sample rows as a request holds it."""
        if column.reads_files:
            with zipfile.ZipFile(self.folder / column.samples) as archive:
                return base64.b64encode(archive.read(cell)).decode()
        return column.as_json(cell)

    def _row_model(self) -> type[BaseModel]:
        fields: dict[str, Any] = {}
        for i, (column, told) in enumerate(
            zip(self.predictor.columns, self.described_columns(), strict=True)
        ):
            fields[f"x{i}"] = (_json_type(column), Field(alias=column.key, description=str(told["about"])))
        config = ConfigDict(extra="forbid", strict=True)
        return create_model("Row", __config__=config, **fields)

    def described_columns(self) -> list[dict[str, object]]:
        """Return what /schema says of each column."""
        return [column.described() for column in self.predictor.columns]

    def _problems(self, error: ValidationError, is_list: bool) -> _Refused:
        found = error.errors(include_url=False, include_context=True)
        if any(one["type"] == "too_long" and not one["loc"] for one in found):
            limit = self.settings.max_rows
            return _Refused(
                413, f"A request may have {limit:,} rows at most; send the rows in several requests."
            )
        problems = [self._problem(one, is_list) for one in found[:_SHOWN]]
        more = f" ({len(found) - 1:,} more)" if len(found) > 1 else ""
        return _Refused(422, f"{problems[0]['message']}{more}", problems)

    def _problem(self, found: Any, is_list: bool) -> dict[str, object]:
        place = list(found["loc"])
        number = int(place.pop(0)) + 1 if is_list and place else 1
        column = str(place[0]) if place else None
        value, kind = found["input"], found["type"]
        shown = repr(value) if isinstance(value, str | int | float | bool | None) else type(value).__name__
        shown = shown if len(shown) <= 60 else shown[:57] + "…"
        where = f"Row {number}, column {column!r}"
        if kind == "json_invalid":
            text = f"The body is not JSON: {found['ctx']['error']}."
        elif column is None:
            text = f"Row {number} must be an object of columns and their values, for instance {self._short_sample()}."
            text = "The list has no rows." if kind == "too_short" else text
        elif kind == "missing":
            text = f"{where} is not there; give null where a value is missing."
        elif kind == "extra_forbidden":
            names = ", ".join(self._columns[:12]) + (", …" if len(self._columns) > 12 else "")
            text = f"{where} is unknown; the columns are {names}."
        else:
            wanted = self.predictor.columns[self._columns.index(column)].wanted
            text = f"{where}: {shown} is not {wanted}."
        return {"row": number, "column": column, "message": text}

    def _short_sample(self) -> str:
        text = json.dumps(self.sample(), ensure_ascii=False)
        return text if len(text) <= 200 else text[:197] + "…"

    def _notes(self, cells: Sequence[Sequence[Cell]]) -> list[str]:
        notes: list[str] = []
        for name, place, known in self._known:
            odd = [
                v
                for v in cells[place]
                if v is not None and _word(v) not in known and _word(v) not in self._missing
            ]
            if odd:
                notes.append(
                    f"Column {name!r}: categories that the training data did not have: {len(odd):,}."
                )
        return notes

    def _decoded(self, column: Any, files: Sequence[Cell]) -> list[Cell]:
        found: list[Cell] = []
        for number, value in enumerate(files, start=1):
            where = f"Row {number}, column {column.key!r}"
            try:
                data = base64.b64decode(value, validate=True) if isinstance(value, str) else value
                found.append(column.decoded(data))
            except binascii.Error:
                raise _Refused(422, f"{where}: the text is not base64.") from None
            except self._reader.InputError as error:
                raise _Refused(422, f"{where}: {error}.") from error
        return found


def _numberless(rows: Sequence[int]) -> list[str]:
    """Return what is said of rows whose prediction is not a number."""
    if not rows:
        return []
    shown = ", ".join(map(str, rows[:_SHOWN])) + (", …" if len(rows) > _SHOWN else "")
    return [f"Rows whose prediction is not a number, and that have null: {len(rows):,} (row {shown})."]


def _json_type(column: Any) -> Any:
    """Return the type of a column's cells in a request, with what checks them."""
    cell: Any = column.json_type
    if cell is float:
        cell = Annotated[float, Field(allow_inf_nan=False)]
    elif column.has_spelling:

        def checked(text: str) -> str:
            if not column.is_spelled(text):
                raise ValueError
            return text

        cell = Annotated[str, AfterValidator(checked)]
    return cell | None if column.may_be_missing else cell


def make_app(settings: ServeSettings) -> FastAPI:
    """Return the application for a bundle's folder."""
    service = Service(settings)
    guarding = _module("guarding")
    rows = service.row.model_json_schema()
    many = {"type": "array", "items": rows, "minItems": 1, "maxItems": settings.max_rows}
    app = FastAPI(title="Cupel model", description=_title(service), docs_url=None, redoc_url=None)
    app.add_middleware(guarding.HostCheck, known=guarding.HostNames.of(settings.host, settings.allow_hosts))
    _add_refusals(app)
    schema = {"oneOf": [rows, many]}
    content: dict[str, Any] = {"application/json": {"schema": schema, "example": service.sample()}}
    content |= {kind: {"schema": {"type": "string", "format": "binary"}} for kind in service.file_types}
    request_body = {"requestBody": {"required": True, "content": content}}
    # A bundle without intervals says why there are none to who asks all the same.
    highest = service.highest_level
    level: Any = (
        Query(None, include_in_schema=False)
        if highest is None
        else Query(None, json_schema_extra={"exclusiveMinimum": 0, "maximum": highest})
    )
    refusals: Any = {
        code: {"model": Refusal, "description": text}
        for code, text in (
            (400, "Another host name"), (413, "Too many rows or bytes"), (415, "Not JSON"),
            (422, "A row is not as /schema says, or there are no such intervals"),
        )
    }  # fmt: skip

    @app.post("/predict", response_model=PredictResponse, responses=refusals, openapi_extra=request_body)
    async def predict(  # pyright: ignore[reportUnusedFunction]
        request: Request, interval: float | None = level
    ) -> Response:
        """Predict one row (an object) or many (a list of objects); `interval` 0.9 adds intervals or sets of 90 %."""
        try:
            kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind != "application/json" and kind not in service.file_types:
                raise _Refused(415, "Send JSON, with the header Content-Type: application/json.")
            data = await _body(request, settings.max_bytes)
            cells = service.parse(data) if kind == "application/json" else [[data]]
            if len(cells[0]) <= _INLINE_ROWS and not service.reads_files:
                return JSONResponse(service.predict(cells, interval))
            return JSONResponse(await run_in_threadpool(service.predict, cells, interval))
        except _Refused as refused:
            return refused.answer()
        except ClientDisconnect:
            _LOG.warning("A client went away before its request was whole.")
            # Nobody reads it.
            return Response(status_code=400)

    known: Any = {400: refusals[400]}

    @app.get("/health", responses=known)
    async def health() -> dict[str, object]:  # pyright: ignore[reportUnusedFunction]
        """Whether the model answers, and how many rows it has predicted since it was started."""
        return {"status": "ok", "task": service.schema.task, "n_rows": service.n_rows}

    @app.get("/schema", responses=known)
    async def schema_of_rows() -> dict[str, object]:  # pyright: ignore[reportUnusedFunction]
        """Columns, types, ranges and categories, limits, and a sample row."""
        return service.described()

    @app.get("/", include_in_schema=False)
    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:  # pyright: ignore[reportUnusedFunction]
        rules = (
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'"
        )
        return HTMLResponse(_page(service), headers={"Content-Security-Policy": rules})

    return app


def _add_refusals(app: FastAPI) -> None:
    """Have whatever is refused, or goes wrong, answered in one form; no answer tells what an exception says."""

    async def refused(request: Request, error: Exception) -> Response:  # noqa: ARG001 - as Starlette calls it
        if isinstance(error, RequestValidationError):
            first = error.errors()[0]
            name = ".".join(map(str, first["loc"][1:]))
            return _Refused(422, f"{name}: {first['msg']}.").answer()
        if isinstance(error, HTTPException):
            answer = _Refused(error.status_code, f"{error.detail}.").answer()
            answer.headers.update(error.headers or {})
            return answer
        return _Refused(500, "The server could not answer; its log says why.").answer()

    for kind in (RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, refused)


async def _body(request: Request, most: int) -> bytes:
    """Return the body, never keeping more than `most` bytes of it."""
    pieces: list[bytes] = []
    n_bytes = 0
    async for piece in request.stream():
        n_bytes += len(piece)
        if n_bytes <= most:
            pieces.append(piece)
        else:
            pieces.clear()
        if n_bytes > _DRAIN * most:
            break
    if n_bytes > most:
        raise _Refused(413, f"A request may have {most:,} bytes at most; send the rows in several requests.")
    return b"".join(pieces)


def _word(value: Cell) -> Cell:
    return value.strip() if isinstance(value, str) else value


def _title(service: Service) -> str:
    what = {"regression": "Predicts a number"}.get(service.schema.task, "Predicts one of the classes")
    labels = ", ".join(service.schema.labels[:12]) + (", …" if len(service.schema.labels) > 12 else "")
    return f"{what}{' ' + labels if labels else ''}."


def _page(service: Service) -> str:
    """Return the page for people; nothing of it comes from another machine."""
    lines = "".join(
        f"<tr><td><code>{html.escape(str(one['column']))}</code></td><td>{html.escape(str(one['about']))}</td></tr>"
        for one in service.described_columns()
    )
    sample = html.escape(json.dumps(service.sample(), ensure_ascii=False, indent=1))
    limits = service.settings
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Cupel model</title><style>{_STYLE}</style>"
        f"<h1>Cupel model</h1><p>{html.escape(_title(service))} At most {limits.max_rows:,} rows and "
        f"{limits.max_bytes:,} bytes a request. For machines: <a href=openapi.json>openapi.json</a>, "
        f"<a href=schema>schema</a>, <a href=health>health</a>.</p>"
        f"<h2>POST /predict</h2><p>One row as an object, or many as a list of objects.</p>"
        f"<textarea spellcheck=false aria-label='Rows as JSON'>{sample}</textarea><p><button>Send</button></p>"
        f"<pre id=answer aria-live=polite></pre><h2>Columns</h2><table>{lines}</table><script>{_SCRIPT}</script></html>"
    )


def _reader() -> ModuleType:
    """Return the program that reads rows: predict.py beside this file, or in Cupel the module that it is made of."""
    return _module("program" if __package__ else "predict")


def _module(name: str) -> ModuleType:
    """Return a module beside this file."""
    return importlib.import_module(f"{__package__}.{name}" if __package__ else name)


def app() -> FastAPI:
    """Return the application of a worker process."""
    given = json.loads(os.environ[_SETTINGS])
    return make_app(ServeSettings(**{**given, "allow_hosts": tuple(given["allow_hosts"])}))


def names_of_server(settings: ServeSettings) -> str:
    """Return the names that a server is known by, as they are said at its start."""
    return str(_module("guarding").HostNames.of(settings.host, settings.allow_hosts))


def run(
    settings: ServeSettings,
    port: int,
    workers: int = 1,
    *,
    app_name: str = "serve:app",
    ready: Callable[[str, str], None],
) -> None:
    """Serve until interrupted.

    Parameters
    ----------
    port : int
        0 takes a free one.
    workers : int
        Processes, each with the model in its memory.
    app_name : str
        How worker processes import `app`.
    ready : callable
        Called with the address, and the names that requests may be for, just before the first one is taken.

    Raises
    ------
    OSError
        Where the port is taken or the host is none of this machine.
    ValueError
        Where the host is empty.
    """
    if not settings.host.strip():
        # To the system it means every address.
        raise ValueError("--host is empty; give an address of this machine, 0.0.0.0 for all of them.")
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # With the protocol named, asyncio sends answers at once; without it each waits 40 ms for an acknowledgement.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name != "nt":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((settings.host, port))
        # From here on nobody is turned away, though the first answer takes a moment.
        listening.listen(_BACKLOG)
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        address = f"http://{host}:{listening.getsockname()[1]}"
        guarding = _module("guarding")
        limits = guarding.Waiting(**settings.waiting)
        names = names_of_server(settings)
        common: dict[str, Any] = {
            "log_level": "warning", "access_log": False, "server_header": False, "backlog": _BACKLOG,
        }  # fmt: skip
        if workers == 1:
            server = uvicorn.Server(guarding.GuardedConfig(make_app(settings), limits, **common))
            ready(address, names)
            server.run(sockets=[listening])
            return
        os.environ[_SETTINGS] = json.dumps(asdict(settings))
        config = guarding.GuardedConfig(app_name, limits, factory=True, workers=workers, **common)
        ready(address, names)
        Multiprocess(config, [listening]).run()
    finally:
        listening.close()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that serve.py and `cupel serve` share."""
    parser.add_argument(
        "--host", default="127.0.0.1", help="default: this machine only; 0.0.0.0 answers every other one too"
    )
    parser.add_argument(
        "--allow-host", action="append", default=[], metavar="NAME",
        help="a name by which the server is reached, beside those of this machine; * for every one",
    )  # fmt: skip
    parser.add_argument("--port", type=int, default=8000, help="default: %(default)s; 0 takes a free one")
    parser.add_argument(
        "--max-rows", type=int, default=MAX_ROWS, metavar="N", help="of a request (default: %(default)s)"
    )
    parser.add_argument(
        "--max-bytes", type=int, default=MAX_BYTES, metavar="N", help="of a request (default: %(default)s)"
    )
    parser.add_argument(
        "--workers", type=int, default=1, metavar="N", help="processes (default: %(default)s)"
    )


def _tell(address: str, names: str) -> None:
    print(f"Serving at {address} (Ctrl-C ends it), for requests to {names}", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="serve.py", description="Serve the model of this folder over HTTP.")
    add_arguments(parser)
    asked = parser.parse_args(arguments)
    folder = Path(__file__).resolve().parent
    sys.path.insert(0, str(folder))
    os.environ["PYTHONPATH"] = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    settings = ServeSettings(
        str(folder), asked.host, asked.max_rows, asked.max_bytes, tuple(asked.allow_host)
    )
    try:
        run(settings, asked.port, asked.workers, ready=_tell)
    except OSError as error:
        sys.stderr.write(f"serve.py: {asked.host}:{asked.port} cannot be used: {error.strerror or error}.\n")
        return 2
    except ValueError as error:
        # What the bundle is not, or a setting.
        sys.stderr.write(f"serve.py: {error}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
