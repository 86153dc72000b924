"""Text files of a folder as rows to predict."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ...domain.errors import DataError, Message
from .folder import decoded_texts

# Texts that are read at once.
_FILES = 256
_LISTED = 5
# Of one text; a larger file is something else.
_TEXT_BYTES = 16 << 20


class TextFiles:
    """The ``.txt`` files of a folder and the folders in it; see `CellFiles`.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._n_done = folder, 0
        self._bad: list[tuple[str, str]] = []
        self._files = sorted(
            f
            for f in folder.rglob("*")
            if f.suffix.lower() == ".txt" and f.is_file() and not f.name.startswith(".")
        )
        if not self._files:
            raise DataError("{file} holds no texts: no file in it ends in .txt.", file=str(folder))

    @property
    def fraction(self) -> float:
        """See `CellFiles.fraction`."""
        return self._n_done / len(self._files)

    def thin(self, most: int) -> None:
        """See `CellFiles.thin`.

        Parameters
        ----------
        most : int
            At most so many.
        """
        self._files = self._files[:: max(1, -(-len(self._files) // most))]

    def chunks(self) -> Iterator[tuple[list[str], list[str | None]]]:
        """See `CellFiles.chunks`.

        Yields
        ------
        tuple of (list of str, list of str or None)
        """
        self._n_done, self._bad = 0, []
        for start in range(0, len(self._files), _FILES):
            files = self._files[start : start + _FILES]
            texts = self._read(files)
            self._n_done += len(files)
            names = [file.relative_to(self._folder).as_posix() for file in files]
            yield names, [texts.get(file) for file in files]

    def messages(self) -> list[Message]:
        """See `CellFiles.messages`.

        Returns
        -------
        list of Message
        """
        if not self._bad:
            return []
        shown = "; ".join(f"{name}: {reason}" for name, reason in self._bad[:_LISTED])
        more = "; …" if len(self._bad) > _LISTED else ""
        values = {"n": len(self._bad), "files": shown + more}
        return [Message("Texts that cannot be read, and have an empty row: {n:,} ({files}).", values)]

    def _read(self, files: list[Path]) -> dict[Path, str]:
        raw: list[tuple[Path, bytes]] = []
        for file in files:
            try:
                if file.stat().st_size > _TEXT_BYTES:
                    self._bad.append((file.name, f"{file.stat().st_size:,} bytes"))
                else:
                    raw.append((file, file.read_bytes()))
            except OSError as error:
                self._bad.append((file.name, error.strerror or str(error)))
        texts, undecoded = decoded_texts(raw, None)
        self._bad += [(file.name, reason) for file, reason in undecoded]
        self._bad += [(file.name, "it is empty") for file, text in texts if not text]
        return {file: text for file, text in texts if text}
