"""The bench's memory on disk: one JSON document, replaced as a whole, so that a crash leaves the old one or the new."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import Any

Json = dict[str, Any]

FORMAT = 1


class StateError(RuntimeError):
    """What is in the state folder cannot be used; the message says what to do about it."""


class Store:
    """The document ``world.json`` in ``folder``, which is created when missing. A context manager: holds the folder
    for itself. Raises StateError while another bench does."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._path = folder / "world.json"
        self._written = ""
        self._lock = (folder / "lock").open("w")  # let go by the system when the process ends, however it ends
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._lock.close()
            raise StateError(
                f"{folder}: another bench is using this folder. End it, or give another folder."
            ) from error

    def close(self) -> None:
        """Let go of the folder."""
        self._lock.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self) -> Json | None:
        """What was written last; None when nothing has been. Raises StateError."""
        try:
            document = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise StateError(f"{self._path}: {error}. Remove the folder to begin afresh.") from error
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise StateError(f"{self._path}: written by another version. Remove the folder to begin afresh.")
        return document

    def write(self, state: Json) -> None:
        """Make it last. Nothing is written when nothing has changed."""
        text = json.dumps({"format": FORMAT, **state}, ensure_ascii=False, sort_keys=True)
        if text == self._written:
            return
        fresh = self._path.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        directory = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
        self._written = text
