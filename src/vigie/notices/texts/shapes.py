"""NEWS, Flash and Mail of one notice, in one language."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from vigie.kernel import clock
from vigie.notices.rules import LANGUAGES, Facts, Paragraphs, folded
from vigie.notices.texts.lines import flash, flat, title
from vigie.notices.texts.parts import Section, sections


@dataclass(frozen=True)
class Rendered:
    """One notice in one language, in its three shapes."""

    language: str
    title: str
    flash: str
    sections: tuple[Section, ...]
    mail_subject: str
    mail_text: str
    mail_html: str
    link: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "Rendered":
        parts = tuple(Section(**section) for section in row["sections"])
        return cls(**{**row, "sections": parts})


def render(
    kind: str,
    facts: Facts,
    *,
    language: str,
    paragraphs: Paragraphs,
    flashes: Mapping[str, str],
    link: str,
    correction: bool = False,
    now: datetime | None = None,
) -> Rendered:
    """The notice in one language, in all shapes, as it reads at `now`. `link` is its page on the public site."""
    now = now or clock.now()
    with translation.override(language):
        line = title(kind, facts, now)
        parts = sections(kind, facts, paragraphs.get(language, {}), now)
        centre = flat(settings.OPTIONS["site.name"])
        subject = _("Correction: %(title)s") % {"title": line} if correction else line
        context = {
            "title": line,
            "sections": parts,
            "link": link,
            "correction": correction,
            "centre": centre,
            "language": language,
        }
        return Rendered(
            language=language,
            title=line,
            flash=flat(flashes.get(language, "")) or flash(kind, facts, now),
            sections=parts,
            mail_subject=f"[{centre}] {subject}",
            mail_text=render_to_string("notices/mail.txt", context).strip() + "\n",
            mail_html=render_to_string("notices/mail.html", context),
            link=link,
        )


def search_text(kind: str, facts: Facts, paragraphs: Paragraphs, flashes: Mapping[str, str]) -> str:
    """Titles and bodies of both languages, folded, for the search over notices."""
    now, words = clock.now(), list(flashes.values())
    for language in LANGUAGES:
        with translation.override(language):
            words.append(title(kind, facts, now))
            words += [part.text for part in sections(kind, facts, paragraphs.get(language, {}), now)]
    return folded(" ".join(words))
