"""A bundle goes to others: nothing in it says where, by whom or on which machine it was made."""

from __future__ import annotations

import getpass
import io
import socket
import zipfile
from pathlib import Path

from cupel.engine.deployment.export import export_final

from .made import make_study


def _contents(name: str, data: bytes) -> list[tuple[str, bytes]]:
    """Return the bytes of a file and, of an archive, of all that is in it."""
    found = [(name, data)]
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                found += _contents(f"{name}/{member}", archive.read(member))
    return found


def test_no_byte_of_a_bundle_holds_a_path_user_or_host(tmp_path: Path) -> None:
    folder = tmp_path / "private-folder-of-someone"
    made = make_study(folder, "binary", {}, export_dir=str(folder / "exports"))
    record = export_final(made.store, made.study_id)
    made.store.close()
    assert record.failure is None, record.failure.traceback
    words = {"private-folder-of-someone", str(tmp_path), f"{Path.home()}/"}
    # Shorter ones are found in any bytes, by chance, or as words of programs.
    words |= {name for name in (getpass.getuser(), socket.gethostname()) if len(name) > 5}
    files = [file for file in Path(record.path).rglob("*") if file.is_file()]
    contents = [one for file in files for one in _contents(file.name, file.read_bytes())]
    assert any(name.startswith("network.keras/") for name, _ in contents)
    told = [(name, word) for name, data in contents for word in words if word.encode() in data]
    assert told == []
