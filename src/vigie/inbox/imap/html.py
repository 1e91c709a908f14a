"""The words of an HTML mail, for those that have no text part. A quote gets its `>` back."""

import re
from html import unescape
from html.parser import HTMLParser

_SILENT = frozenset({"script", "style", "head", "title", "template", "noscript"})
_BREAKS = frozenset(
    [
        "p",
        "div",
        "li",
        "tr",
        "ul",
        "ol",
        "table",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "section",
        "article",
        "header",
        "footer",
        "pre",
        "hr",
        "dt",
        "dd",
    ]
)
_SPACE = re.compile(r"[ \t\r\n\f]+")
_TAG = re.compile(r"<[^<>]{0,2000}>")


def html_to_text(html: str) -> str:
    """Lines as a reader sees them, more or less; links in brackets behind their words."""
    reader = _Reader()
    try:
        reader.feed(html)
        reader.close()
    except Exception:  # noqa: BLE001 # the parser gives up on some constructs; words matter more than their layout
        return _stripped(html)
    return reader.text() or _stripped(html)


def _stripped(html: str) -> str:
    return "\n".join(filter(None, (line.strip() for line in unescape(_TAG.sub(" ", html)).split("\n"))))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line = ""
        self._depth = 0  # of quotes
        self._silent = 0
        self._href = ""
        self._link_at = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag == "br":
            self._end_line()
        elif tag in _BREAKS:
            self._break()
            self._depth += tag == "blockquote"
            self._line += "- " if tag == "li" else ""
        elif tag == "a":
            self._href = (dict(attrs).get("href") or "").strip()
            self._link_at = len(self._line)

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(self._silent - 1, 0)
        elif tag in _BREAKS:
            self._break()
            self._depth = max(self._depth - (tag == "blockquote"), 0)
        elif tag == "a":
            if (
                self._href.startswith(("http://", "https://"))
                and self._href not in self._line[self._link_at :]
            ):
                self._line += f" <{self._href}>"
            self._href = ""
        elif tag in {"td", "th"}:
            self._line += " "

    def handle_data(self, data: str) -> None:
        if not self._silent:
            words = _SPACE.sub(" ", data)
            self._line += words.lstrip(" ") if not self._line else words

    def _break(self) -> None:
        if self._line.strip():
            self._end_line()

    def _end_line(self) -> None:
        self._lines.append(f"{'> ' * min(self._depth, 5)}{self._line.strip(' ')}".rstrip(" "))
        self._line = ""

    def text(self) -> str:
        self._break()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip()
