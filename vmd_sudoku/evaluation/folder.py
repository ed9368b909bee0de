"""A run as a folder: what is asked for, the parts that are done, lines that hold no puzzle, and how it went on.

    manifest.json      what is measured and how it is cut into parts; written once, before the first part
    parts/             part-00042.parquet: rows, and in its metadata the sums that reports are made of
    bad_lines.jsonl    lines that hold no puzzle, with the reason
    progress.jsonl     a line whenever a part is done, or a process begins or ends
    report.html, …     what `vmd-sudoku report` writes

Every file but progress.jsonl is written beside and then renamed, so it is whole or not there. A part that is there is done: no
other record is needed to go on, and several processes may fill one folder. It may lie in an object store, too, whose objects
are whole or not there by themselves; nothing can be added to an object, so progress.jsonl is not kept there.
"""

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from vmd_sudoku.addresses import is_remote, putting
from vmd_sudoku.errors import RunError
from vmd_sudoku.evaluation.columns import ABOUT, STATISTICS
from vmd_sudoku.writing import replacing

if TYPE_CHECKING:  # else whoever looks at a run, as the app does twice a second, would wait for numba
    from vmd_sudoku.evaluation.statistics import Counts

FORMAT = 1
_FILES = {"manifest.json", "bad_lines.jsonl", "progress.jsonl", "report.html", "report.csv", "report.json"}
_NEW = ".new"


@dataclass(frozen=True)
class Part:
    """What is known of a part without reading its rows: its number, file, first puzzle, puzzles, and the arms' statistics."""

    number: int
    file: int
    first: int
    puzzles: int
    arms: "list[Counts]"


@dataclass(frozen=True)
class RunFolder:
    """A run folder by its path, or by what `addresses.located` gives for an address."""

    path: Path

    def require_ours(self) -> None:
        """Refuse a path that is a file, or a folder that holds anything but a run.

        Raises:
            RunError: names what is there.
        """
        if not self.path.exists():
            return
        if not self.path.is_dir():
            raise RunError(
                f"{self.path} is a file; give a folder for the run, one that is not there yet or holds this run"
            )
        for entry in sorted(self.path.iterdir()):
            if entry.name not in _FILES | {"parts"} and not self._is_temporary(entry):
                raise RunError(f"{self.path} holds {entry.name}, which is no part of a run; give another folder")
        if not self._manifest.exists() and any(self.path.iterdir()) and not self._only_temporary():
            raise RunError(
                f"{self.path} has no manifest.json, so it is not known what it measured; give another folder"
            )
        for entry in (self.path / "parts").glob("*"):
            if not entry.name.startswith("part-"):
                raise RunError(f"{self.path}/parts holds {entry.name}, which is no part of a run; give another folder")

    def _is_temporary(self, entry: Path) -> bool:
        return _NEW in entry.suffixes and entry.name.split(_NEW)[0] in _FILES

    def _only_temporary(self) -> bool:
        ours = {"bad_lines.jsonl"}  # written before the manifest
        return all(self._is_temporary(entry) or entry.name in ours for entry in self.path.iterdir())

    @property
    def _manifest(self) -> Path:
        return self.path / "manifest.json"

    def manifest(self) -> dict[str, Any] | None:
        """What the run measures, or None where none has begun.

        Raises:
            RunError: the manifest is damaged or of another format.
        """
        try:
            plain = json.loads(self._manifest.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise RunError(f"{self._manifest} cannot be read ({error}); give another folder") from None
        if not isinstance(plain, dict) or plain.get("format") != FORMAT:
            raise RunError(f"{self._manifest} is not the manifest of a run of format {FORMAT}; give another folder")
        return plain

    def require_manifest(self) -> dict[str, Any]:
        """The manifest of a run that has begun.

        Raises:
            RunError: there is none.
        """
        found = self.manifest()
        if found is None:
            raise RunError(f"{self.path} holds no run (no manifest.json); give the --out of `vmd-sudoku evaluate`")
        return found

    def begin(self, manifest: dict[str, Any]) -> None:
        """Write what is to be done; with it the run begins.

        Raises:
            RunError: it cannot be written.
        """
        self.write("manifest.json", json.dumps({"format": FORMAT} | manifest, indent=1) + "\n")

    @contextlib.contextmanager
    def bad_lines_file(self) -> Iterator[Callable[[dict[str, Any]], None]]:
        """A function that takes lines that hold no puzzle, one after another: file, line, reason.

        Raises:
            RunError: the folder cannot be written.
        """
        try:
            if not is_remote(self.path):  # a store has objects and no folders
                (self.path / "parts").mkdir(parents=True, exist_ok=True)
            with self._replacing(self.path / "bad_lines.jsonl") as file:
                yield lambda line: file.write(json.dumps(line, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
        except OSError as error:
            raise RunError(f"cannot write {self.path}: {error.strerror}; give a folder that can be written") from None

    def bad_lines(self) -> Iterator[dict[str, Any]]:
        """Lines that hold no puzzle: file, line, reason."""
        with contextlib.suppress(FileNotFoundError), (self.path / "bad_lines.jsonl").open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)

    def part_path(self, number: int) -> Path:
        """Where a part is, or will be."""
        return self.path / "parts" / f"part-{number:05d}.parquet"

    def done(self) -> set[int]:
        """Numbers of the parts that are there."""
        names = (path.stem for path in (self.path / "parts").glob("part-*.parquet"))
        return {int(name[5:]) for name in names if name[5:].isdecimal()}

    def write_part(self, number: int, data: bytes) -> None:
        """A part, whole or not at all.

        Raises:
            RunError: it cannot be written: the disk is full, perhaps.
        """
        try:
            with self._replacing(self.part_path(number)) as file:
                file.write(data)
        except OSError as error:
            raise RunError(
                f"cannot write {self.part_path(number)}: {error.strerror}; the same command goes on later"
            ) from None

    def write(self, name: str, text: str) -> Path:
        """One of the report's files.

        Raises:
            RunError: it cannot be written.
        """
        try:
            with self._replacing(self.path / name) as file:
                file.write(text.encode())
        except OSError as error:
            raise RunError(f"cannot write {self.path / name}: {error.strerror}") from None
        return self.path / name

    def _replacing(self, path: Path) -> contextlib.AbstractContextManager[Any]:
        """A file that takes its place when it is whole. Several processes may write the same one at a time."""
        if is_remote(path):
            return putting(path)
        # With the process in its name: several may fill one folder, and `sweep` can tell whose is left over.
        return replacing(path, f"{_NEW}.{os.getpid()}")

    def sweep(self) -> None:
        """Take away what a process that was killed had begun to write."""
        if is_remote(self.path):  # nothing lies beside an object
            return
        for folder in (self.path, self.path / "parts"):
            for left in folder.glob(f"*{_NEW}.*"):
                pid = left.suffix[1:]
                # What a process that still runs is writing is left alone.
                if not pid.isdecimal() or not _is_alive(int(pid)):
                    left.unlink(missing_ok=True)

    def parts(self, numbers: Iterable[int] | None = None) -> Iterator[Part]:
        """The parts that are there, in order, without their rows.

        Raises:
            RunError: a part is damaged.
        """
        for number in sorted(self.done() if numbers is None else numbers):
            yield part_of(self._metadata(number))

    def _metadata(self, number: int) -> dict[bytes, bytes]:
        path = self.part_path(number)
        try:
            # The schema alone, at the file's end: a report of thousands of parts reads no rows.
            with path.open("rb") as file:
                return pq.read_schema(file).metadata or {}
        except (OSError, pa.ArrowException) as error:
            reason = str(error).splitlines()[0]
            raise RunError(f"{path} is damaged ({reason}); delete it, and the same command makes it again") from None

    def rows(self, number: int, columns: list[str] | None = None) -> pa.Table:
        """The rows of a part."""
        with self.part_path(number).open("rb") as file:
            return pq.read_table(file, columns=columns)

    def note(self, **what: Any) -> None:
        """Add a line to progress.jsonl. A short line is written at once, so several processes do not mix theirs."""
        if is_remote(self.path):
            return
        line = json.dumps({"time": round(time.time(), 3), "pid": os.getpid(), **what}) + "\n"
        # Progress is for those who watch; a full disk must not end a run for its sake.
        with contextlib.suppress(OSError), open(self.path / "progress.jsonl", "ab", buffering=0) as file:
            file.write(line.encode())


def part_of(metadata: dict[bytes, bytes]) -> Part:
    """A part from its metadata.

    Raises:
        RunError: there is none.
    """
    try:
        about = json.loads(metadata[ABOUT])
        return Part(about["part"], about["file"], about["first"], about["puzzles"], json.loads(metadata[STATISTICS]))
    except (KeyError, ValueError) as error:
        raise RunError(f"a part has no statistics ({error}); delete it, and the same command makes it again") from None


def part_of_bytes(data: bytes) -> Part:
    """A part from its file's bytes."""
    return part_of(pq.read_schema(pa.BufferReader(data)).metadata)


def table_of(data: bytes) -> pa.Table:
    """The rows of a part from its file's bytes."""
    return pq.read_table(pa.BufferReader(data))


def packed(table: pa.Table) -> bytes:
    """A part as the bytes of its file: the same rows, the same bytes."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue().to_pybytes()


def _is_alive(pid: int) -> bool:
    try:
        # Signal 0 asks only whether the process is there.
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
