"""Who gets what, in which language, and why: the whole list of an outage, before anything leaves."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from vigie.experiments.models import ROLE_LABELS
from vigie.notices.rules import Recipient, left_out, once_each
from vigie.outages import queries
from vigie.outages.actions import audience
from vigie.outages.texts import headline
from vigie.web.access import StaffRequest, staff
from vigie.web.lists import carried, words_of

GROUPS = {
    "contact": gettext_lazy("contacts of experiments"),
    "subscriber": gettext_lazy("subscribers"),
    "list": gettext_lazy("lists of the centre"),
    "target": gettext_lazy("chats and webhooks"),
}
EXCLUDED = {
    "no_address": gettext_lazy("no address"),
    "stopped": pgettext_lazy("mails", "stopped by themself"),
    "bounced": gettext_lazy("mails come back"),
}
NATIVE = {"fr": "Français", "en": "English"}
COLUMNS = ("address", "name", "language", "group", "role", "told", "why_not", "because_of")


@dataclass(frozen=True)
class Row:
    """One address with its words."""

    one: Recipient

    @property
    def group(self) -> str:
        return str(GROUPS[self.one.group])

    @property
    def role(self) -> str:
        return str(ROLE_LABELS.get(self.one.role, "")) if self.one.group == "contact" else ""  # type: ignore[call-overload] # keys are texts

    @property
    def why_not(self) -> str:
        return str(EXCLUDED.get(self.one.excluded, ""))

    @property
    def language(self) -> str:
        return NATIVE.get(self.one.language, self.one.language)


def counted(everyone: list[Recipient]) -> list[tuple[str, str, int]]:
    """How many of those who are told belong to each group: (group, its words, count), without empty ones."""
    told = once_each(everyone)
    rows = [(group, str(words), sum(one.group == group for one in told)) for group, words in GROUPS.items()]
    return [row for row in rows if row[2]]


@staff
@require_safe
def full(request: StaffRequest, pk: int) -> HttpResponse:
    """Everyone, those left out first; the address filters, `?format=csv` hands the rows over."""
    outage = queries.outage(pk)
    everyone = audience(outage)
    told, out = once_each(everyone), left_out(everyone)
    wanted = {name: words_of(request, name) for name in ("q", "group", "language", "state")}
    rows = [Row(one) for one in [*out, *told] if _fits(one, wanted)]
    file = carried(request, f"audience-{outage.pk}", COLUMNS, [_record(row) for row in rows])
    if file is not None:
        return file
    context: dict[str, Any] = {
        "outage": outage,
        "heading": headline(outage, "fr" if request.LANGUAGE_CODE.startswith("fr") else "en"),
        "rows": rows,
        "told": len(told),
        "out": len(out),
        "counts": counted(everyone),
        "languages": [(code, NATIVE[code], sum(one.language == code for one in told)) for code in NATIVE],
        "groups": list(GROUPS.items()),
        "wanted": wanted,
        "filtered": any(wanted.values()),
        "next": request.GET.get("from", "") if request.GET.get("from", "").isdigit() else "",
        "states": [("told", _("gets the mail")), ("out", _("gets nothing"))],
    }
    return render(request, "composer/audience.html", context)


def _fits(one: Recipient, wanted: dict[str, str]) -> bool:
    words = wanted["q"].lower()
    return (
        (not words or words in f"{one.name} {one.address} {' '.join(one.why)}".lower())
        and wanted["group"] in {"", one.group}
        and wanted["language"] in {"", one.language}
        and wanted["state"] in {"", "out" if one.excluded else "told"}
    )


def _record(row: Row) -> dict[str, Any]:
    one = row.one
    return {
        "address": one.address,
        "name": one.name,
        "language": one.language,
        "group": one.group,
        "role": one.role,
        "told": not one.excluded,
        "why_not": " ".join(filter(None, (one.excluded, one.diagnostic))),
        "because_of": ", ".join(one.why),
    }
