"""A bundle: the folder that an export writes. Opening one checks every byte of it. Light: no heavy import."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from ...storage.records import Json
from ..bundled.errors import InputError
from ..bundled.fields import TASKS, Fields, read_json
from ..domain.bundle_files import ManifestFile
from ..domain.bundles import BundleFile, Certificate, Manifest
from ..domain.errors import ExportError
from ..domain.formats import BUNDLE_FORMATS
from ..domain.metrics import METRICS
from ..domain.stored import encoded
from .certificate import run_certificate
from .damage import unusable
from .probe import run_probe

if TYPE_CHECKING:
    # It brings NumPy, which whoever only looks at a bundle does not need.
    from ..bundled.predictor import Predictor

# 2: files in folders, several formats.
FORMAT = 2
KIND = "cupel-bundle"
MANIFEST = "manifest.json"
_DIGEST = re.compile(r"[0-9a-f]{64}")
_MOST_FILE_BYTES = 1 << 50
# Of the manifests whose bundles this process has tried, which name every byte of them.
_TRIED: set[str] = set()


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
            # Its size first, which is known at once.
            changed = entry.size_bytes not in (None, file.stat().st_size)
            if changed or digest(file) != entry.sha256:
                raise ExportError(
                    "The file {file} of the bundle {folder} has changed since it was made; export it again.",
                    file=name,
                    folder=str(path),
                )
        for name in names_of_files(path):
            if name not in manifest.files and name != MANIFEST and not _is_cache(name):
                raise ExportError(
                    "The bundle {folder} holds {file}, which its manifest does not name; move that file elsewhere.",
                    folder=str(path),
                    file=name,
                )
        return cls(path, manifest)

    def try_model(self) -> None:
        """Have the model predict sample rows in a child process first, once for each bundle; see `probe`.

        Raises
        ------
        ExportError
            Where it cannot.
        """
        tried = digest(self.path / MANIFEST)
        if tried not in _TRIED:
            run_probe(self.path)
            _TRIED.add(tried)

    def predictor(self) -> Predictor:
        """Return what predicts with the bundle, after `try_model`: the one door for who predicts.

        Raises
        ------
        ExportError
            Where a file of the bundle is not what it must be, or says something else than the manifest.
        """
        from ..bundled.predictor import Predictor

        self.try_model()
        try:
            predictor = Predictor(self.path)
        except InputError as error:
            raise unusable(self.path, error) from error
        schema, manifest = predictor.schema, self.manifest
        for field, told, said in (
            ("task", manifest.task, schema.task),
            ("labels", manifest.labels, schema.labels),
        ):
            if told != said:
                raise ExportError(
                    "The bundle {folder}: the field {field!r} is {value!r} in manifest.json and {other!r} in "
                    "schema.json; copy or export the bundle again.",
                    folder=str(self.path), field=field, value=told, other=said,
                )  # fmt: skip
        return predictor

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
    known = [name for name in bundle.formats if name in BUNDLE_FORMATS]
    installed = [name for name in known if BUNDLE_FORMATS[name].is_installed]
    certificate = run_certificate(bundle.path.absolute(), installed or ["onnx"])
    left_out = tuple(name for name in bundle.formats if name not in installed)
    return msgspec.structs.replace(certificate, not_checked=left_out)


def read_manifest(path: Path) -> Manifest:
    """Return the manifest of a bundle; its files are not looked at.

    Raises
    ------
    ExportError
        Where there is none, a field is not what it must be, or it is of a newer format.
    """
    try:
        content = read_json(path / MANIFEST)
    except InputError as error:
        raise ExportError(
            "{folder} is not a bundle of Cupel: it has no readable manifest.json.", folder=str(path)
        ) from error
    try:
        fields = Fields(content, MANIFEST)
        if not fields.has("kind") or fields.text("kind") != KIND:
            raise ExportError(
                "{folder} is not a bundle of Cupel: its manifest.json says otherwise.", folder=str(path)
            )
        if fields.whole("format", 1, 1_000_000) > FORMAT:
            raise ExportError(
                "The bundle {folder} was made by a newer version of Cupel ({version}); update Cupel to use it.",
                folder=str(path),
                version=fields.text("cupel_version", "?", most=100),
            )
        _check_fields(fields)
    except InputError as error:
        raise unusable(path, error) from error
    try:
        return msgspec.convert(content, Manifest)
    except msgspec.ValidationError as error:
        raise ExportError(
            "The manifest.json of the bundle {folder} is damaged ({reason}); copy or export the bundle again.",
            folder=str(path),
            reason=str(error),
        ) from error


def _check_fields(fields: Fields) -> None:
    """Refuse what is read of a manifest and is not what it must be; `Manifest` checks what lies deeper."""
    task = fields.choice("task", TASKS)
    if fields.has("metric"):
        fields.choice("metric", [name for name, metric in METRICS.items() if task in metric.tasks])
    fields.whole("n_data_rows", 0, 1 << 62, 0)
    fields.texts("labels")
    fields.text("study", "")
    fields.text("target", "")
    fields.whole("n_networks", 0, 1_000_000, 0)
    if fields.has("trial"):
        fields.whole("trial", 0, 1 << 62)
    for name, file in fields.inner("files").named().items():
        if not _DIGEST.fullmatch(file.text("sha256")):
            raise file.refused("sha256", "the digest of the file " + json.dumps(name[:100]))
        if file.has("size_bytes"):
            file.whole("size_bytes", 0, _MOST_FILE_BYTES)


def write_manifest(path: Path, content: ManifestFile) -> Json:
    """Write the manifest with the files that are in the folder, and return its JSON."""
    entries = {
        name: BundleFile(digest(path / name), (path / name).stat().st_size)
        for name in names_of_files(path)
        if name != MANIFEST
    }
    manifest = encoded(msgspec.structs.replace(content, files=entries))
    (path / MANIFEST).write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return manifest


def names_of_files(path: Path) -> list[str]:
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
    return all(name in names or _is_cache(name) for name in names_of_files(path))


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
