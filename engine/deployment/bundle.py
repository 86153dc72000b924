"""A bundle: the folder that an export writes. Opening one checks every byte of it. Light: no heavy import."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ...storage.records import Json
from ..domain.bundle_files import ManifestFile
from ..domain.bundles import BundleFile, Certificate, Manifest
from ..domain.errors import ExportError
from ..domain.formats import FORMATS
from ..domain.stored import encoded
from .certificate import run_certificate

# 2: files in folders, several formats.
FORMAT = 2
KIND = "cupel-bundle"
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Bundle:
    """A checked bundle.

    Attributes
    ----------
    path : Path
    manifest : Manifest
    """

    path: Path
    manifest: Manifest

    @classmethod
    def open(cls, path: Path) -> Bundle:
        """Open a bundle and check the digest of every file.

        Raises
        ------
        ExportError
            Where it is no bundle, comes from a newer version, or a file is missing, changed, outside of it, or there
            though the manifest does not name it.
        """
        manifest = read_manifest(path)
        for name, entry in manifest.files.items():
            file = _inside(path, name)
            if not file.is_file():
                raise ExportError(
                    "The bundle {folder} is not whole: its file {file} is missing.",
                    folder=str(path),
                    file=name,
                )
            if digest(file) != entry.sha256:
                raise ExportError(
                    "The file {file} of the bundle {folder} has changed since it was made; export it again.",
                    file=name,
                    folder=str(path),
                )
        for name in files_of(path):
            if name not in manifest.files and name != MANIFEST and not _is_cache(name):
                raise ExportError(
                    "The bundle {folder} holds {file}, which its manifest does not name; move that file elsewhere.",
                    folder=str(path),
                    file=name,
                )
        return cls(path, manifest)

    @property
    def formats(self) -> tuple[str, ...]:
        """The formats that it holds, ONNX first."""
        return tuple(self.manifest.formats) or ("onnx",)

    @property
    def task(self) -> str:
        return self.manifest.task

    @property
    def labels(self) -> tuple[str, ...]:
        """Class labels; empty for a regression."""
        return self.manifest.labels


def verify_bundle(path: Path) -> Certificate:
    """Check a bundle's digests, predict its sample rows again in clean processes, and return the new certificate.

    The programs that predict are this version's own, not those in the folder: a bundle may come from anyone.

    Raises
    ------
    ExportError
        As `Bundle.open`, and where a model cannot be run. A difference is no error: see `Certificate.passed`.
    """
    bundle = Bundle.open(path)
    known = [name for name in bundle.formats if name in FORMATS]
    installed = [name for name in known if FORMATS[name].is_installed]
    certificate = run_certificate(bundle.path.absolute(), installed or ["onnx"])
    left_out = tuple(name for name in bundle.formats if name not in installed)
    return msgspec.structs.replace(certificate, not_checked=left_out)


def read_manifest(path: Path) -> Manifest:
    """Return the manifest of a bundle; its files are not looked at.

    Raises
    ------
    ExportError
        Where there is none, it is damaged, or it is of a newer format.
    """
    try:
        content = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise ExportError(
            "{folder} is not a bundle of Cupel: it has no readable manifest.json.", folder=str(path)
        ) from error
    if not isinstance(content, dict) or content.get("kind") != KIND or "files" not in content:
        raise ExportError(
            "{folder} is not a bundle of Cupel: its manifest.json says otherwise.", folder=str(path)
        )
    if not isinstance(content.get("format"), int) or content["format"] > FORMAT:
        raise ExportError(
            "The bundle {folder} was made by a newer version of Cupel ({version}); update Cupel to use it.",
            folder=str(path),
            version=str(content.get("cupel_version", "?")),
        )
    try:
        return msgspec.convert(content, Manifest)
    except msgspec.ValidationError as error:
        raise ExportError(
            "{folder} is not a bundle of Cupel: its manifest.json says otherwise.", folder=str(path)
        ) from error


def write_manifest(path: Path, content: ManifestFile) -> Json:
    """Write the manifest with the files that are in the folder, and return its JSON."""
    entries = {
        name: BundleFile(digest(path / name), (path / name).stat().st_size)
        for name in files_of(path)
        if name != MANIFEST
    }
    manifest = encoded(msgspec.structs.replace(content, files=entries))
    (path / MANIFEST).write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return manifest


def files_of(path: Path) -> list[str]:
    """Return the names of all files of a folder and the folders in it, with ``/`` between them, sorted."""
    return sorted(file.relative_to(path).as_posix() for file in path.rglob("*") if not file.is_dir())


def check_target(path: Path) -> None:
    """Raise `ExportError` unless a bundle may be written as the folder `path`: new, empty or a bundle."""
    if path.exists() and not path.is_dir():
        raise ExportError("{folder} is a file; choose a folder for the bundle.", folder=str(path))
    if path.is_dir() and any(path.iterdir()) and not is_own_bundle(path):
        raise ExportError(
            "The folder {folder} is not empty and is not a bundle; choose another one for the export.",
            folder=str(path),
        )


def is_own_bundle(path: Path) -> bool:
    """Whether a folder holds a bundle and nothing else, so that a new export may take its place."""
    try:
        names = set(read_manifest(path).files) | {MANIFEST}
    except ExportError:
        return False
    return all(name in names or _is_cache(name) for name in files_of(path))


def digest(file: Path) -> str:
    """Return the sha256 (hex) of a file's bytes."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _is_cache(name: str) -> bool:
    """Whether Python itself made a file, when a program of the bundle was run."""
    return "__pycache__" in name.split("/")[:-1]


def _inside(path: Path, name: str) -> Path:
    """Return the file that a manifest names, where it is one in the folder and reached by no link."""
    parts = name.split("/")
    plain = all(part not in ("", ".", "..") and not any(sign in part for sign in "\\:\0") for part in parts)
    places = [path.joinpath(*parts[: i + 1]) for i in range(len(parts))] if plain else []
    if not plain or any(place.is_symlink() for place in places):
        raise ExportError(
            "The manifest of the bundle {folder} names {file!r}, which is not a file of it; do not use this bundle.",
            folder=str(path),
            file=name,
        )
    return places[-1]
