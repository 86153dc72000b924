"""A served bundle in figures: requests per second and their time, for one row and for many, by one client and by several.

Run as ``python benchmarks/bench_serve.py [--bundle DIR] [--seconds 3]``. Without a bundle a small network for the wine
table is searched and exported first. All traffic stays on this machine, and ends by itself.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from cupel.engine.bundled.predictor import Predictor

START = "from cupel.engine.cli import main; import sys; sys.exit(main())"
CASES = ((1, 1), (1, 4), (100, 1), (1000, 1))  # rows of a request, clients at once


def bundle_of(folder: Path) -> Path:
    """Search briefly, and return the bundle."""
    out = folder / "bundle"
    subprocess.run(
        [sys.executable, "-c", START, "search", "sample:wine", "--target", "class", "--trials", "2", "--folds", "3",
         "--workspace", str(folder / "workspace"), "--out", str(out)],
        check=True, capture_output=True,
    )  # fmt: skip
    return out


def client(port: int, body: bytes, end: float, seconds: list[float]) -> None:
    """Send requests one after the other over one connection until `end`."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    while time.perf_counter() < end:
        started = time.perf_counter()
        connection.request("POST", "/predict", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        assert answer.status == 200, text
        seconds.append(time.perf_counter() - started)
    connection.close()


def measure(port: int, sample: dict[str, object], n_rows: int, n_clients: int, seconds: float) -> str:
    """Return a line of figures for requests of `n_rows` rows by `n_clients` at once."""
    body = json.dumps(sample if n_rows == 1 else [sample] * n_rows).encode()
    client(port, body, time.perf_counter() + 0.3, [])  # warm
    times: list[list[float]] = [[] for _ in range(n_clients)]
    started = time.perf_counter()
    threads = [threading.Thread(target=client, args=(port, body, started + seconds, one)) for one in times]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - started
    all_times = 1000 * np.concatenate(times)
    p50, p95 = np.percentile(all_times, [50, 95])
    per_s = len(all_times) / took
    return (
        f"{n_rows:5,} rows a request, {n_clients} at once: {per_s:8,.0f} requests/s, {per_s * n_rows:9,.0f} rows/s, "
        f"p50 {p50:7.2f} ms, p95 {p95:7.2f} ms"
    )


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", type=Path)
    parser.add_argument("--seconds", type=float, default=3.0, help="for each line")
    parser.add_argument("--workers", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bundle = asked.bundle or bundle_of(Path(folder))
        n_columns = len(Predictor(bundle).schema.inputs)
        command = [
            sys.executable,
            "-c",
            START,
            "serve",
            str(bundle),
            "--port",
            "0",
            "--workers",
            str(asked.workers),
        ]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert server.stdout is not None
            port = int(server.stdout.readline().partition("http://127.0.0.1:")[2].split()[0])
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", "/schema")
            sample = json.loads(connection.getresponse().read())["sample"]
            connection.close()
            load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
            print(f"{n_columns} columns, {asked.workers} process(es); load of the machine before: {load:.1f}")
            for n_rows, n_clients in CASES:
                print(measure(port, sample, n_rows, n_clients, asked.seconds), flush=True)
        finally:
            server.terminate()
            server.wait(20)


if __name__ == "__main__":
    main()
