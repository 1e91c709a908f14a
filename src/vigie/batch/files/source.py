"""A file as pieces of whole lines: plain or gzip, whatever its bytes; what stands in the way is said in words."""

import io
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from vigie.contracts.batch import Refusal, Tally

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

PIECE_BYTES = 1 << 25
LONGEST_LINE = 1 << 28
_GZIP = b"\x1f\x8b"
_OTHERS = {b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "zstd", b"PK\x03\x04": "zip"}
_BOM = b"\xef\xbb\xbf"
_PROBE = 8192
_ASCII, _NEWLINE, _MANY = 127, 10, 10_000
_STRANGE = "\ufffd".encode()
_PACKED = 1 << 18


@dataclass(frozen=True)
class Piece:
    """Whole lines of a file as UTF-8; `line` is the number of the first."""

    line: int
    data: bytes


def opened(path: Path) -> BinaryIO:
    """The file as it lies there. Raises Refusal with what is wrong and what to do."""
    try:
        if path.is_fifo():  # before it is opened: without a writer that would wait for ever
            raise Refusal(f"{path} is a pipe, and the file is read twice: write it into a file first")
        raw = path.open("rb")
    except FileNotFoundError:
        raise Refusal(f"{path}: there is no such file") from None
    except IsADirectoryError:
        raise Refusal(f"{path} is a folder: name the files in it") from None
    except PermissionError:
        raise Refusal(f"{path}: no permission to read it; ask its owner, or run as who may") from None
    except (OSError, ValueError) as error:
        raise Refusal(f"{path}: can't be opened: {error}") from None
    return raw


def pieces(
    path: Path,
    tally: Tally,
    *,
    size: int = PIECE_BYTES,
    cut: Callable[[bytes], int] = lambda data: data.rfind(b"\n") + 1,
    mend: Callable[[bytes, Tally], bytes] | None = None,
) -> Iterator[Piece]:
    """The file in order, a few at a time in memory. `cut` says how much of the bytes may go as one piece (0: read on).

    A gzip file that breaks off is read to the break, which is noted; bytes that are not UTF-8 are replaced, and
    noted. Raises Refusal for an empty file and for one that is not text.
    """
    line, rest, first = 1, b"", True
    with opened(path) as source:
        blocks = _gathered(_blocks(source, path, tally, size), size)
        following = next(blocks, None)
        while (data := following) is not None:
            following = next(blocks, None)
            rest += _start(data, path) if first else data
            first = False
            end = len(rest) if following is None else cut(rest)
            if not end and len(rest) > LONGEST_LINE:
                raise Refusal(
                    f"{path}, line {line}: longer than {LONGEST_LINE} bytes; this is no file of jobs"
                )
            if end:
                yield Piece(line, (mend or sound)(rest[:end], tally))
                line += int(np.count_nonzero(np.frombuffer(rest, np.uint8, end) == _NEWLINE))
                rest = rest[end:]
    if first:
        raise Refusal(f"{path} is empty: there is nothing to read")


class Stream(io.RawIOBase):
    """Pieces as one stream of bytes, for a parser that asks for it."""

    def __init__(self, source: Iterator[Piece]) -> None:
        self._source, self._left = source, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer).cast("B")
        while not self._left:
            if (piece := next(self._source, None)) is None:
                return 0
            self._left = piece.data
        given = self._left[: len(view)]
        self._left = self._left[len(given) :]
        view[: len(given)] = given
        return len(given)


def _gathered(blocks: Iterator[bytes], size: int) -> Iterator[bytes]:
    """Small blocks joined to larger ones: what comes out of gzip is as small as what went in."""
    held: list[bytes] = []
    for data in blocks:
        held.append(data)
        if sum(map(len, held)) >= size:
            yield b"".join(held)
            held = []
    if any(held):
        yield b"".join(held)


def _blocks(source: BinaryIO, path: Path, tally: Tally, size: int) -> Iterator[bytes]:
    start = source.read(8)
    for magic, name in _OTHERS.items():
        if start.startswith(magic):
            raise Refusal(f"{path} is packed with {name}: unpack it first, or pack it with gzip")
    source.seek(0)
    if start.startswith(_GZIP):
        yield from _unpacked(source, tally)
        return
    try:
        while data := source.read(size):
            yield data
    except OSError as error:
        raise Refusal(f"{path}: reading stopped after {source.tell()} bytes: {error.strerror}") from None


def _unpacked(source: BinaryIO, tally: Tally) -> Iterator[bytes]:
    """What a gzip file holds, several packed one after the other too; of a broken one what comes before the break."""
    unpacker, done, begun = zlib.decompressobj(wbits=31), 0, True
    while packed := source.read(_PACKED):
        while packed:
            before, begun = unpacker.copy(), True
            try:
                data = unpacker.decompress(packed)
            except zlib.error:
                data = _sipped(before, packed)
                done += len(data)
                tally.put_aside(0, f"the gzip file is broken: only its first {done} unpacked bytes were read")
                yield data
                return
            done += len(data)
            yield data
            packed = unpacker.unused_data
            if unpacker.eof:
                unpacker, begun = zlib.decompressobj(wbits=31), False
                packed = packed.lstrip(b"\0")  # padding of tapes and of some writers
    if begun:
        tally.put_aside(0, f"the gzip file breaks off: only its first {done} unpacked bytes were read")


def _sipped(unpacker: "zlib._Decompress", packed: bytes) -> bytes:
    """What still comes out when the bytes go in by few."""
    out = b""
    for at in range(0, len(packed), 32):
        try:
            out += unpacker.decompress(packed[at : at + 32])
        except zlib.error:
            break
    return out


def _start(data: bytes, path: Path) -> bytes:
    """The first bytes without a byte order mark. Raises Refusal if they are no text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refusal(f"{path} is UTF-16: save it as UTF-8 (iconv -f UTF-16 -t UTF-8)")
    if b"\0" in data[:_PROBE]:
        raise Refusal(f"{path} is not text: is it the right file, and the right format?")
    return data.removeprefix(_BOM)


def sound(data: bytes, tally: Tally) -> bytes:
    """The same with broken characters replaced: a name may hold any byte, and one must not cost the rest."""
    if b"\0" in data:
        tally.note("bytes 0 in a text: replaced", data.count(b"\0"))
        data = data.replace(b"\0", _STRANGE)
    strange = [place for start in range(0, len(data), _PROBE) for place in _strange(data, start)]
    if len(strange) > _MANY:
        try:
            data.decode()
        except UnicodeDecodeError:
            pass
        else:
            return data
    return _mended(data, strange, tally)


def _strange(data: bytes, start: int) -> list[int]:
    """Where in the next _PROBE bytes those stand that aren't ASCII."""
    part = data[start : start + _PROBE]
    if part.isascii():
        return []
    return (np.flatnonzero(np.frombuffer(part, dtype=np.uint8) > _ASCII) + start).tolist()


def _mended(data: bytes, places: list[int], tally: Tally) -> bytes:
    """Line by line: most are plain, and looking at all of them takes long."""
    view = memoryview(data)
    parts: list[bytes | memoryview] = []
    done = passed = broken = 0
    for place in places:
        if place < passed:
            continue
        start = data.rfind(b"\n", 0, place) + 1
        passed = data.find(b"\n", place) + 1 or len(data)
        line = data[start:passed]
        whole = line.decode(errors="replace").encode()
        if whole != line:
            broken += 1
            parts += [view[done:start], whole]
            done = passed
    if not broken:
        return data
    tally.note("lines with characters that are not UTF-8", broken)
    return b"".join([*parts, view[done:]])
