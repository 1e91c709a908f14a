"""Records of Slurm's commands, cut apart whatever stands in them.

A job's name may hold `|`, newlines and any control character, so no character is safe as a mark. The mark between fields
is made anew for each call, and every field, the last too, is followed by it: a record is simply so many fields.
"""

import secrets
from collections.abc import Iterator, Sequence
from itertools import islice

from vigie.batch.slurm.fields import plain
from vigie.contracts.batch import Refusal, Tally

BLOCK = 1 << 18


def new_mark() -> str:
    """A text that no job's name can hold, as nobody knows it before: ASCII, no digit first, without `:` and `,`."""
    return f"\x1f{secrets.token_hex(4)}\x1e"


def records(out: bytes, mark: str, fields: Sequence[str], tally: Tally, who: str) -> Iterator[dict[str, str]]:
    """Records by the names of their fields. Raises Refusal if this is no output of that kind at all.

    An output that breaks off has its last, unfinished record put aside.
    """
    if not out.strip():
        return
    if mark.encode("ascii") not in out:
        raise Refusal(f"{who}: printed something else than was asked for: {plain(out[:200])!r}")
    parts, number = _parts(plain(out), mark), 0
    while len(values := list(islice(parts, len(fields)))) == len(fields):
        number += 1
        if number > 1 and not values[0].startswith("\n"):
            tally.put_aside(number, f"{who}: the record does not begin a line", "|".join(values))
            continue
        values[0] = values[0].removeprefix("\n")
        yield dict(zip(fields, values, strict=True))
    if rest := "|".join(values).strip():
        tally.put_aside(number + 1, f"{who}: the output breaks off", rest)


def _parts(text: str, mark: str) -> Iterator[str]:
    """What stands between the marks, and after the last; cut block by block, as millions at once would fill the memory."""
    rest = ""
    for at in range(0, len(text), BLOCK):
        *whole, rest = (rest + text[at : at + BLOCK]).split(mark)
        yield from whole
    yield rest
