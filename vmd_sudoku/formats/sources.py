"""Where puzzles come from: files, pipes and texts, unpacked, decoded, and cut into lines of bounded length.

A source is opened once and read forward, so pipes work; what it holds is never kept as a whole, so its size does not matter.
"""

import bz2
import codecs
import gzip
import io
import lzma
import os
import re
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, TextIO

from vmd_sudoku.addresses import is_remote
from vmd_sudoku.errors import PuzzleFileError
from vmd_sudoku.formats.cells import HOW

LINE_LIMIT = 20_000
"""Characters of the longest line that is looked at."""
ENDLESS_LINE = 10_000_000
"""Characters of a line after which nobody waits for its end."""
SPOOLED = 64 << 20
"""Bytes of a zipped pipe that are kept in memory; a zip's directory is at its end."""
LAYERS = 3
"""Packed files within packed files that are opened."""

Source = str | Path | IO

_HEAD = 65536
_OTHER_ENDS = re.compile("[\x0b\x0c\x85\u2028\u2029]")
"""Signs that end a line or a page and are no line feed."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_REFUSED = {
    b"%PDF": "a PDF; copy the puzzle out of it as text",
    b"\x89PNG": "a picture; type the clues in",
    b"\xff\xd8\xff": "a picture; type the clues in",
    b"GIF8": "a picture; type the clues in",
    b"PAR1": "a Parquet file; save the table as CSV",
    b"\xd0\xcf\x11\xe0": "a workbook of an old spreadsheet; save the sheet as CSV",
    b"7z\xbc\xaf": "a 7z archive; unpack it first",
    b"Rar!": "a RAR archive; unpack it first",
    b"\x28\xb5\x2f\xfd": "packed by zstd; unpack it first",
    b"SQLite format 3": "a database; save the table as CSV",
    b"ARROW1": "an Arrow file; save the table as CSV",
    b"{\\rtf": "a document of a word processor (RTF); save it as plain text",
    b"II*\x00": "a picture; type the clues in",
    b"MM\x00*": "a picture; type the clues in",
    b"\x89HDF": "an HDF5 file; save the boards as .npy or CSV",
    b"FEA1": "a Feather file; save the table as CSV",
    b"Obj\x01": "an Avro file; save the table as CSV",
    b"MATLAB 5.0": "a MATLAB file; save the boards as CSV",
    b"\x04\x22\x4d\x18": "packed by lz4; unpack it first",
    b"%!PS": "a PostScript file; copy the puzzle out of it as text",
}
_PICKLE = re.compile(
    rb"\x80[\x02-\x05]|[\]}\)(]q\x00|\((?:lp|dp|tp|i)\d|c[A-Za-z_][\w.]{0,60}\n[A-Za-z_][\w.]{0,60}\n|\(?[lcd]p\d+\n|"
    rb"V[0-9.]{81}\np0|S'[0-9.]{81}'\np0"
)
"""How pickles of every protocol begin."""
_PICTURE = re.compile(rb"P[1-6]\s+(?:#[^\n]*\n\s*)?\d{1,5}[ \t]+\d{1,5}[ \t]*\r?\n")
"""How portable pixmaps begin; the first kinds of them are text."""
_REFUSED_INSIDE = (
    (257, b"ustar", "a tar archive; unpack it and name the file"),
    (4, b"ftyp", "a picture or a film; type the clues in"),
    (8, b"WEBP", "a picture; type the clues in"),
)
_NUMPY = b"\x93NUMPY"


class Rewound(io.RawIOBase):
    """A stream of which the beginning was read already: that beginning again, then the rest."""

    def __init__(self, head: bytes, rest: BinaryIO):
        self._head, self._rest = head, rest

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill a part of `buffer`; 0 at the end."""
        if not self._head:
            # `read1` gives what a pipe has so far, where `read` would wait for more.
            self._head = getattr(self._rest, "read1", self._rest.read)(len(buffer))
        taken = self._head[: len(buffer)]
        buffer[: len(taken)] = taken
        self._head = self._head[len(taken) :]
        return len(taken)


class Text:
    """Decoded characters read forward: lines of bounded length, or pieces for forms that know no lines.

    notes: what was assumed about the encoding, in sentences; grows while the text is read.
    """

    def __init__(self, stream: TextIO):
        self.notes: list[str] = []
        self._stream = stream
        self._ahead: list[str] = []
        self._number = 0

    def beginning(self) -> str:
        """What comes first and is no white space, up to the end of its line at most; it is read again afterwards."""
        while True:
            line = self._stream.readline(LINE_LIMIT + 1)
            self._ahead.append(line)
            if not line or line.strip():
                return self._repaired(line).strip()

    def lines(self) -> Iterator[tuple[int, str | None]]:
        """Numbers from 1 on, and lines without their ends; None for a line of more than `LINE_LIMIT` characters.

        Raises:
            PuzzleFileError: a line without end.
        """
        while line := self._ahead.pop(0) if self._ahead else self._stream.readline(LINE_LIMIT + 1):
            self._number += 1
            if len(line) > LINE_LIMIT and not line.endswith("\n"):
                self._skip_line()
                yield self._number, None
            else:
                line = self._repaired(line.rstrip("\n")).rstrip("\x1a")  # DOS ends texts with that sign
                for part in _OTHER_ENDS.split(line) if _OTHER_ENDS.search(line) else (line,):
                    yield self._number, part

    def pieces(self) -> Iterator[str]:
        """All of it, some characters at a time."""
        while piece := self._ahead.pop(0) if self._ahead else self._stream.read(_HEAD):
            yield self._repaired(piece)

    def again(self, pieces: list[str]) -> None:
        """Put pieces that `pieces` gave back in front."""
        lines = "".join(pieces).splitlines(keepends=True)
        if lines and not lines[-1].endswith("\n"):
            lines[-1] += self._stream.readline(LINE_LIMIT + 1)
        self._ahead = lines

    def _skip_line(self) -> None:
        skipped = LINE_LIMIT
        while True:
            piece = self._stream.readline(_HEAD)
            skipped += len(piece)
            if not piece or piece.endswith("\n"):
                return
            if skipped > ENDLESS_LINE:
                raise PuzzleFileError(f"line {self._number} has more than {ENDLESS_LINE} characters; one puzzle a line")

    def _repaired(self, text: str) -> str:
        """The text; bytes that are no UTF-8 are what they are in Windows-1252, of which Latin-1 is nearly a part."""
        if text.isascii() or not any("\udc80" <= c <= "\udcff" for c in text):
            return text
        self.notes.append("What is not UTF-8 was read as Windows-1252 (Latin-1); better save it as UTF-8.")
        try:
            return "".join(bytes([ord(c) - 0xDC00]).decode("cp1252") if "\udc80" <= c <= "\udcff" else c for c in text)
        except UnicodeDecodeError:
            raise _not_text("bytes that no text has") from None


def _not_text(why: str) -> PuzzleFileError:
    return PuzzleFileError(f"this is not a text file ({why}); save the puzzles as plain text, in UTF-8")


@contextmanager
def named(source: str | Path | IO) -> Iterator[tuple[str, IO, Path | None]]:
    """Name, stream, and path where there is one, of a path, `-`, an object in a store (`addresses.located`) or an open file;
    only what was opened here is closed.

    Raises:
        PuzzleFileError: it cannot be opened.
    """
    if is_remote(source):
        with _object(source) as stream:
            yield source.name, stream, None  # type: ignore[union-attr]
        return
    if not isinstance(source, str | Path):
        yield Path(str(getattr(source, "name", "text"))).name, source, None
        return
    if str(source) == "-":
        yield "standard input", sys.stdin.buffer, None
        return
    try:
        stream = open(source, "rb")  # noqa: SIM115
    except (OSError, ValueError) as error:
        raise _unreadable(source, error) from None
    with stream:
        yield Path(source).name, stream, Path(source)


def _object(source: Any) -> IO[bytes]:
    try:
        return source.open("rb")
    except Exception as error:  # stores raise what they like
        raise _unreadable(source, error) from None


def opened(stream: IO) -> tuple[BinaryIO | None, Text | None]:
    """What a stream holds once it is unpacked: either the bytes of numpy's `.npy`, or a text.

    Raises:
        PuzzleFileError: neither; names what it is.
    """
    if isinstance(stream, io.TextIOBase):
        return None, Text(stream)
    head, stream = _peeked(stream)
    for _ in range(LAYERS):
        unpacked = _unpacked(head, stream)
        if unpacked is None:
            break
        head, stream = _peeked(unpacked)
    if head.startswith(_NUMPY):
        return stream, None
    for mark, what in _REFUSED.items():
        if head.startswith(mark):
            raise PuzzleFileError(f"this is {what}")
    if _PICKLE.match(head):
        raise PuzzleFileError(
            "this is a Python pickle, which may run programs and is never opened; save it as .npy or CSV"
        )
    if _PICTURE.match(head):
        raise PuzzleFileError("this is a picture; type the clues in")
    for start, mark, what in _REFUSED_INSIDE:
        if head[start : start + len(mark)] == mark:
            raise PuzzleFileError(f"this is {what}")
    if _unpacked(head, stream) is not None:
        raise PuzzleFileError(f"packed more than {LAYERS} times; unpack it first")
    return None, _decoded(head, stream)


def _peeked(stream: Any) -> tuple[bytes, BinaryIO]:
    """The first bytes of a stream, at least some eight where it has them, and the stream from its beginning."""
    read = getattr(stream, "read1", stream.read)
    head = b""
    while len(head) < 8 and (more := read(_HEAD)):
        head += more
    return head, io.BufferedReader(Rewound(head, stream), _HEAD)


def _unpacked(head: bytes, stream: BinaryIO) -> Any:
    """The stream within a packed one, or None for any other."""
    if head.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=stream)
    if head.startswith(b"BZh"):
        return bz2.BZ2File(stream)
    if head.startswith(b"\xfd7zXZ\x00"):
        return lzma.LZMAFile(stream)
    return _only_member(stream) if head.startswith((b"PK\x03\x04", b"PK\x05\x06")) else None


def _only_member(stream: BinaryIO) -> IO[bytes]:
    """The one file in a zip."""
    # Its directory is at the end, and a pipe cannot be read backwards.
    kept = tempfile.SpooledTemporaryFile(SPOOLED)  # noqa: SIM115
    while piece := stream.read(_HEAD):
        kept.write(piece)
    try:
        packed = zipfile.ZipFile(kept)
        files = [
            entry
            for entry in packed.infolist()
            if not entry.is_dir() and not entry.filename.startswith("__MACOSX/") and "/." not in f"/{entry.filename}"
        ]
        names = {entry.filename for entry in files}
        if "[Content_Types].xml" in names or "mimetype" in names:
            raise PuzzleFileError("this is a workbook or a document; save the sheet as CSV, or the text as plain text")
        if len(files) > 1 and all(name.endswith(".npy") for name in names):
            arrays = ", ".join(sorted(names))[:80]
            raise PuzzleFileError(f"this holds several arrays ({arrays}); save the boards alone with numpy.save")
        if len(files) != 1:
            raise PuzzleFileError(f"this zip holds {len(files)} files, one is wanted; unpack it and name the file")
        if files[0].flag_bits & 1:
            raise PuzzleFileError("this zip is locked with a password; unpack it first")
        return packed.open(files[0])
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise PuzzleFileError(f"this zip is damaged ({error})") from None


def _decoded(head: bytes, stream: BinaryIO) -> Text:
    """The text that bytes are, by the mark at their beginning; without one UTF-16 shows in its zeros, the rest is UTF-8."""
    encoding = next((name for mark, name in _MARKS if head.startswith(mark)), "")
    note = ""
    if not encoding and b"\x00" in head:
        even, odd = head[::2].count(0), head[1::2].count(0)
        if max(even, odd) < len(head) / 4 or min(even, odd) > len(head) / 16:
            raise _not_text("it holds zero bytes")
        encoding = "utf-16-be" if even > odd else "utf-16-le"
        note = "The file has no mark of its encoding; it was read as UTF-16."
    if not encoding:
        encoding = "utf-8"
        if sum(head.count(c) for c in (*range(9), *range(14, 27), *range(28, 32), 127)) > len(head) / 50:
            raise _not_text("it holds control characters")
    errors = "surrogateescape" if encoding.startswith("utf-8") else "strict"
    text = Text(io.TextIOWrapper(stream, encoding, errors, newline=None))
    if note:
        text.notes.append(note)
    return text


@contextmanager
def reading() -> Iterator[None]:
    """What goes wrong while a source is read, as one of our errors."""
    try:
        yield
    except UnicodeError as error:
        raise _not_text(str(error)[:100]) from None
    except (EOFError, gzip.BadGzipFile, lzma.LZMAError, zipfile.BadZipFile, zlib.error) as error:
        raise PuzzleFileError(f"the packed file is damaged or cut off ({error})") from None
    except OSError as error:
        raise PuzzleFileError(f"it cannot be read to the end ({error.strerror or error})") from None


def require_files(sources: Iterable[str | Path]) -> None:
    """Refuse files that are not there, before anything is read. They are not opened: a pipe is read once.

    Raises:
        PuzzleFileError: one of them does not exist.
    """
    for source in sources:
        if str(source) != "-":
            try:
                source.stat() if is_remote(source) else os.stat(source)  # type: ignore[union-attr]
            except (OSError, ValueError) as error:
                raise _unreadable(source, error) from None


def _unreadable(source: str | Path, error: Exception) -> PuzzleFileError:
    gone = "No such file or directory" if isinstance(error, FileNotFoundError) else str(error)
    why = getattr(error, "strerror", None) or gone
    return PuzzleFileError(f"cannot read {str(source)[:200]}: {why}; {HOW}, or name a file")
