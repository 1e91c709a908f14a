"""What left, exactly: per shape and language, where it went, what each correction changed."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from vigie.kernel.access import allowed
from vigie.kernel.errors import BadInput
from vigie.kernel.intents import IntentState
from vigie.notices import queries as notices
from vigie.notices.models import Version, VersionState
from vigie.notices.rules import LANGUAGES
from vigie.notices.texts import Rendered
from vigie.outages import actions, queries
from vigie.outages.actions.permissions import PERMISSIONS, OutagePermission
from vigie.outages.models import Outage
from vigie.post import queries as post
from vigie.post.models import Delivery
from vigie.web.access import StaffRequest, staff
from vigie.web.composer import present
from vigie.web.composer.forms import NATIVE, ComposerForm
from vigie.web.composer.wording import Piece, changed, difference

OUTCOME = {
    IntentState.WAITING: "pending",
    IntentState.LEASED: "pending",
    IntentState.DONE: "sent",
    IntentState.IN_DOUBT: "in_doubt",
    IntentState.SET_APART: "failed",
    IntentState.CANCELLED: "failed",
}
STATUS = {"pending": "unknown", "sent": "ok", "in_doubt": "at_risk", "failed": "degraded"}


def show(
    request: StaffRequest,
    outage: Outage,
    version: Version,
    *,
    why: str = "",
    error: BadInput | None = None,
    status: int = 200,
) -> HttpResponse:
    """A published (or discarded) version, to be read."""
    pages = [Rendered.from_json(version.rendered[name]) for name in LANGUAGES if name in version.rendered]
    if not pages:  # a draft given up before anybody approved it
        form = ComposerForm(initial=present.initial(outage, version, version.the_facts))
        pages = present.rendered(outage, version, version.the_facts, form)
    versions = notices.versions_of(version.notice)
    in_force = {row.pk for row in notices.in_force(notices.published(outage.thread))}
    published = version.state == VersionState.PUBLISHED
    context = {
        "outage": outage,
        "version": version,
        "kind": present.kind_words(version),
        "heading": present.heading(version, version.the_facts),
        "shown": pages,
        "native": NATIVE,
        "published": published,
        "in_force": version.pk in in_force,
        "newest": next((row for row in versions if row.pk in in_force), None),
        "being_corrected": next((row for row in versions if row.state != VersionState.PUBLISHED), None),
        "versions": versions,
        "before": notices.before(version),
        "changes": changes(notices.before(version), pages),
        "may_correct": published
        and version.pk in in_force
        and allowed(request.user, OutagePermission.TELL, PERMISSIONS),
        "tally": tally(version),
        "deliveries": deliveries(outage, version),
        "sender": present.mail_sender(),
        "why": why,
        "error": error,
        "language": (get_language() or "fr")[:2],
    }
    return render(request, "composer/told.html", context, status=status)


def tally(version: Version) -> list[dict[str, Any]]:
    """The mails of a version, counted, as the tag `delivery` shows them."""
    return counted(post.tally([version.topic])[version.topic])


def counted(states: Mapping[str, int]) -> list[dict[str, Any]]:
    """{state: count} as the tag `delivery` shows it."""
    row: dict[str, Any] = {"label": _("mails"), "total": sum(states.values())}
    for state, count in states.items():
        name = OUTCOME[IntentState(state)]
        row[name] = row.get(name, 0) + count
    return [row] if states else []


def _decisions(outage: Outage, row: Delivery) -> list[tuple[str, str]]:
    """What a person may decide about a mail that nobody will try again by itself: (address, label)."""
    if row.state not in {IntentState.SET_APART, IntentState.IN_DOUBT}:
        return []
    labels = {"retry": _("Send it again"), "arrived": _("It arrived"), "give-up": _("Give it up")}
    return [(reverse(f"delivery_{name}", args=[outage.pk, row.pk]), label) for name, label in labels.items()]


def deliveries(outage: Outage, version: Version) -> list[dict[str, Any]]:
    """Each mail with its state and reason; those that need a person first."""
    why = {row["address"].strip().lower(): row for row in version.audience}
    order = [IntentState.SET_APART, IntentState.IN_DOUBT, IntentState.WAITING, IntentState.LEASED]

    def rank(row: Delivery) -> tuple[int, str]:
        state = IntentState(row.state)
        return (order.index(state) if state in order else len(order), row.recipient)

    return [
        {
            "row": row,
            "status": "degraded" if row.bounced_at else STATUS[OUTCOME[IntentState(row.state)]],
            "words": _("came back") if row.bounced_at else row.get_state_display(),
            "why": why.get(row.recipient.lower(), {}).get("why", []),
            "is_list": why.get(row.recipient.lower(), {}).get("is_list", False),
            "decisions": _decisions(outage, row),
        }
        for row in sorted(post.of_topic(version.topic), key=rank)
    ]


def changes(before: Version | None, shown: Iterable[Rendered]) -> list[dict[str, Any]]:
    """Per language, the parts in which this version differs from the one it corrects."""
    if before is None:
        return []
    found = []
    for page in shown:
        if page.language not in before.rendered:
            continue
        old = Rendered.from_json(before.rendered[page.language])
        rows = [
            {"heading": heading, "pieces": pieces}
            for heading, pieces in _differences(old, page)
            if changed(pieces)
        ]
        found.append({"language": page.language, "native": NATIVE[page.language], "rows": rows})
    return found


def _differences(old: Rendered, new: Rendered) -> list[tuple[str, list[Piece]]]:
    before = {part.key: part for part in old.sections}
    after = {part.key: part for part in new.sections}
    rows = [("title", difference(old.title, new.title))]
    for key in dict.fromkeys([*before, *after]):
        heading = (after.get(key) or before[key]).heading
        texts = [side[key].text if key in side else "" for side in (before, after)]
        rows.append((heading, difference(*texts)))
    rows.append(("flash", difference(old.flash, new.flash)))
    return rows


@staff
@require_POST
def correct(request: StaffRequest, pk: int, version_pk: int) -> HttpResponse:
    """Begin a correction of what was published; it says why."""
    outage, version = queries.outage(pk), notices.version(version_pk)
    why = request.POST.get("why", "")
    try:
        made = actions.correct(request.user, outage, version, why=why)
    except BadInput as error:
        return show(request, outage, version, why=why, error=error, status=422)
    messages.info(request, _("Nothing has left yet: correct the words, look, then publish."))
    return redirect("notice_version", outage.pk, made.pk)
