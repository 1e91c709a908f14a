"""The parts of a mail → its text."""

from collections.abc import Iterator

from vigie.inbox.imap.headers import Mail, clean, field, inside
from vigie.inbox.imap.html import html_to_text

LONGEST = 100_000  # characters kept of a text
_MOST_PARTS = 200


def texts(mail: Mail, faults: list[str]) -> tuple[str, str]:
    """What the mail itself says, and the same with the mails that it carries inside (forwarded ones)."""
    outer = "\n\n".join(filter(None, _spoken(mail, faults)))
    inner = [_carried(part, faults) for part in _carried_mails(mail)]
    return outer[:LONGEST], "\n\n".join(filter(None, [outer, *inner]))[:LONGEST]


def parts(mail: Mail) -> Iterator[Mail]:
    """Every part that is not inside a carried mail, the mail itself first; bounded."""
    waiting, seen = [mail], 0
    while waiting and seen < _MOST_PARTS:
        part = waiting.pop(0)
        seen += 1
        yield part
        if part.get_content_maintype() == "multipart":
            waiting[:0] = inside(part)


def _spoken(mail: Mail, faults: list[str]) -> Iterator[str]:
    """The texts of its parts in their order; of alternatives the plain one, if it says anything."""
    kind = mail.get_content_type()
    if mail.is_multipart():
        if kind.startswith("message/"):
            return  # another mail: see _carried
        if kind == "multipart/alternative":
            yield _best(inside(mail), faults)
            return
        for part in inside(mail)[:_MOST_PARTS]:
            yield from _spoken(part, faults)
    elif mail.get_content_disposition() != "attachment" and (not mail.get_filename() or kind == "text/plain"):
        if kind == "text/plain":
            yield _decoded(mail, faults)
        elif kind == "text/html":
            yield html_to_text(_decoded(mail, faults))


def _best(alternatives: list[Mail], faults: list[str]) -> str:
    said = ["\n\n".join(filter(None, _spoken(part, faults))) for part in alternatives[:20]]
    plain = [
        text
        for part, text in zip(alternatives, said, strict=False)
        if part.get_content_type() == "text/plain"
    ]
    return next((text for text in [*plain, *said] if text.strip()), "")


def _decoded(part: Mail, faults: list[str]) -> str:
    """The text of one part in Unicode, whatever its charset claims to be."""
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    charset = (part.get_content_charset("utf-8") or "utf-8").strip("'\" ")
    try:
        text = raw.decode(charset)
    except (LookupError, ValueError):  # unknown, a codec that makes no text, or bytes that are not in it
        faults.append(f"A text is not in the charset it names ({clean(charset)[:40]}).")
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            text = raw.decode("cp1252", "replace")
    return clean(text, lines=True).strip("\n")


def _carried_mails(mail: Mail) -> list[Mail]:
    found: list[Mail] = []
    for part in parts(mail):
        if part.get_content_type() == "message/rfc822":
            found += inside(part)[:1]
    return found[:10]


def _carried(mail: Mail, faults: list[str]) -> str:
    heads = [f"{name}: {field(mail, name)}" for name in ("From", "Date", "Subject") if field(mail, name)]
    return "\n".join([*heads, "", *filter(None, _spoken(mail, faults))])
