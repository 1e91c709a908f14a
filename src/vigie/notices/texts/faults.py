"""Why a notice can't leave yet, in the writer's words."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from vigie.notices.rules import FLASH_LIMIT, PARAGRAPH_LIMIT, Problem

SECTION_NAMES: dict[str, Promise] = {
    "what": pgettext_lazy("section of a notice", "What"),
    "effect": pgettext_lazy("section of a notice", "Effect"),
    "who": pgettext_lazy("section of a notice", "Who"),
    "jobs": pgettext_lazy("section of a notice", "Jobs and files"),
    "action": pgettext_lazy("section of a notice", "What to do"),
    "still_works": pgettext_lazy("section of a notice", "What still works"),
    "data": pgettext_lazy("section of a notice", "Data"),
    "next_update": pgettext_lazy("section of a notice", "Next update by"),
    "contact": pgettext_lazy("section of a notice", "Contact"),
    "flash": pgettext_lazy("section of a notice", "Flash"),
}

PROBLEM_WORDS: dict[str, Promise] = {
    "what.missing": gettext_lazy("It doesn’t say which service. Add one on the outage’s page."),
    "next_update.missing": gettext_lazy("It doesn’t say by when the next update comes. Give a time."),
    "next_update.past": gettext_lazy("The promised time has passed. Give a new one."),
    "data.unanswered": gettext_lazy(
        "It doesn’t say whether data was lost. The operations contact answers that."
    ),
    "flash.too_long": gettext_lazy("It has more than %(limit)s characters. Shorten it."),
    "paragraph.too_long": gettext_lazy("It has more than %(paragraph_limit)s characters. Shorten it."),
    "language.missing.fr": gettext_lazy("Written in English only. Write it in French too, or in neither."),
    "language.missing.en": gettext_lazy("Written in French only. Write it in English too, or in neither."),
}

_LANGUAGES = {"fr": gettext_lazy("French"), "en": gettext_lazy("English")}


def problem_words(problem: Problem, *, place: bool = True) -> str:
    """One sentence for the writer; `place` puts section and language before it."""
    pattern = PROBLEM_WORDS.get(f"{problem.code}.{problem.language}") or PROBLEM_WORDS[problem.code]
    words = str(pattern) % {"limit": FLASH_LIMIT, "paragraph_limit": PARAGRAPH_LIMIT}
    if not place or not problem.section:
        return words
    section = str(SECTION_NAMES[problem.section])
    if problem.language and problem.code != "language.missing":
        section = f"{section} ({_LANGUAGES[problem.language]})"
    return _("%(section)s: %(words)s") % {"section": section, "words": words}
