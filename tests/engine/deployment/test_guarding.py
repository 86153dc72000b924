"""A server that clients hold on to, or lie to: others are answered all the same. With real sockets."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from cupel.engine.bundled.guarding import HostNames
from cupel.engine.deployment.export import export_final
from cupel.engine.deployment.serving import serve
from cupel.engine.domain.errors import ExportError

from .made import make_study
from .programs import CUPEL, ask, served

HALF = b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
HALF_BODY = HALF + b"Content-Length: 100\r\n\r\n[{"
EVERY = "0.0.0.0"  # noqa: S104 - what is tested
# A server that waits for hardly a moment.
IMPATIENT = """
import sys
from pathlib import Path
from cupel.engine.deployment.serving import serve
serve(
    Path(sys.argv[1]), port=0, waiting={"header_s": 1.0, "body_s": 1.0, "idle_s": 2.0},
    ready=lambda address, names: print(f"Serving at {address} for {names}", flush=True),
)
"""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = make_study(tmp_path_factory.mktemp("guarding"), "binary", {})
    record = export_final(made.store, made.study_id)
    assert record.failure is None, record.failure.traceback
    yield Path(record.path)
    made.store.close()


@pytest.fixture(scope="module")
def port(bundle: Path) -> Iterator[int]:
    with served([*CUPEL, "serve", str(bundle), "--port", "0"]) as number:
        yield number


def _connected(stack: ExitStack, port: int, data: bytes = b"") -> socket.socket:
    connection = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
    connection.sendall(data)
    return connection


@pytest.mark.parametrize("data", [b"", HALF, HALF_BODY], ids=["idle", "half headers", "half bodies"])
def test_300_connections_that_are_held_keep_nobody_out(port: int, data: bytes) -> None:
    with ExitStack() as stack:
        held = [_connected(stack, port, data) for _ in range(300)]
        assert ask(port, "/health")[0] == 200
        # Those that were silent for longest have gone.
        assert all(_is_closed(connection) for connection in held[: 300 - 65])


def _is_closed(connection: socket.socket) -> bool:
    """Wait for the end of a connection; one that is reset has ended, too."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_who_keeps_the_server_waiting_is_cut_off(bundle: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with (
        served([sys.executable, "-c", IMPATIENT, str(bundle)], log=log) as port,
        ExitStack() as stack,
    ):
        for data in (b"", HALF, HALF_BODY):
            assert _is_closed(_connected(stack, port, data))
        kept = stack.enter_context(closing(http.client.HTTPConnection("127.0.0.1", port)))
        # Between two whole requests it may be silent for longer.
        for _ in range(2):
            kept.request("GET", "/health")
            answer = kept.getresponse()
            assert (answer.status, answer.read()[:1]) == (200, b"{")
        kept.sock.sendall(HALF)
        assert _is_closed(kept.sock)
        assert ask(port, "/health")[0] == 200
    assert "Traceback" not in log.read_text(encoding="utf-8")


def test_a_client_that_goes_away_is_a_line_in_the_log(bundle: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with served([*CUPEL, "serve", str(bundle), "--port", "0"], log=log) as port:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(HALF_BODY)
        assert ask(port, "/health")[0] == 200
    said = log.read_text(encoding="utf-8")
    assert said.count("A client went away before its request was whole.") == 1
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("host", "further", "header", "known"),
    [
        ("127.0.0.1", (), "localhost:8000", True),
        ("127.0.0.1", (), "127.0.0.1:8000", True),
        ("::1", (), "[::1]:8000", True),
        ("127.0.0.1", (), "evil.example", False),
        ("127.0.0.1", (), "10.0.0.7:8000", False),
        ("127.0.0.1", (), "localhost.evil.example", False),
        ("127.0.0.1", (), "", False),
        ("127.0.0.2", (), "127.0.0.2:8000", True),
        ("127.0.0.2", (), "evil.example:8000", False),
        (EVERY, (), "10.0.0.7:8000", True),
        (EVERY, (), "[fe80::1]:8000", True),
        (EVERY, (), "localhost:8000", True),
        (EVERY, (), "evil.example:8000", False),
        (EVERY, ("Model.Example",), "model.example:8000", True),
        (EVERY, ("*.example",), "a.b.example", True),
        (EVERY, ("*.example",), "example", False),
        (EVERY, ("*",), "evil.example", True),
        ("127.0.0.1", ("model.example",), "MODEL.example.", True),
    ],
)
def test_names_by_which_a_server_is_known(
    host: str, further: tuple[str, ...], header: str, known: bool
) -> None:
    assert HostNames.of(host, further).knows(header) is known


def test_other_names_are_refused_wherever_it_listens(bundle: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = [
        *CUPEL,
        "serve",
        str(bundle),
        "--port",
        "0",
        "--host",
        EVERY,
        "--allow-host",
        "model.example",
    ]
    with served(command, log=log) as port:
        status, answer = ask(port, "/health", host="evil.example")
        assert status == 400
        assert "start it with --allow-host NAME" in answer["error"]
        assert ask(port, "/health", host="model.example")[0] == 200
        assert ask(port, "/health", host=f"127.0.0.1:{port}")[0] == 200
    assert "for requests to localhost, 127.0.0.1, ::1, model.example and every IP address" in log.read_text(
        "utf-8"
    )


def test_a_host_that_is_empty_is_an_error(bundle: Path) -> None:
    with pytest.raises(ExportError, match="--host is empty; give an address of this machine"):
        serve(bundle, " ")
    command = [sys.executable, str(bundle / "serve.py"), "--host", "", "--port", "0"]
    child = subprocess.run(command, capture_output=True, text=True, check=False)
    assert child.returncode == 2
    assert child.stderr.startswith("serve.py: --host is empty")


def test_what_goes_wrong_has_one_form(port: int) -> None:
    for path, status in (("/nowhere", 404), ("/predict?interval=2", 422), ("/predict?interval=nan", 422)):
        body = None if status == 404 else ask(port, "/schema")[1]["sample"]
        found, answer = ask(port, path, body)
        assert found == status
        assert set(answer) == {"error", "problems"}
    assert ask(port, "/predict")[0] == 405
    described = ask(port, "/openapi.json")[1]["paths"]["/predict"]["post"]
    rows = described["requestBody"]["content"]["application/json"]["schema"]["oneOf"][1]
    assert (rows["minItems"], rows["maxItems"]) == (1, 10_000)
    assert json.dumps(described["responses"]).count("Refusal") >= 4
