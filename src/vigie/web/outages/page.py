"""The page of one outage, and the fragment that keeps it live."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from vigie.kernel.access import allowed
from vigie.kernel.errors import VigieError
from vigie.kernel.intents import IntentState
from vigie.notices import queries as notices
from vigie.notices.rules import once_each
from vigie.outages import actions, queries
from vigie.outages.actions.permissions import PERMISSIONS, OutagePermission
from vigie.outages.models import Fact, Outage
from vigie.outages.rules import Due, FactKind, OutageKind, State
from vigie.people.models import Person
from vigie.people.rules import Role
from vigie.post.models import Delivery
from vigie.web.access import StaffRequest, staff
from vigie.web.desk.centre import going, goings
from vigie.web.lists import blame
from vigie.web.middleware import status_of
from vigie.web.outages import timeline
from vigie.web.outages.course import course, primary
from vigie.web.outages.declare import composer_url
from vigie.web.outages.forms import FactForm, fresh_key
from vigie.web.outages.promised import broken_words
from vigie.web.outages.works import picture
from vigie.web.owed import owed

POLLED_EVERY = 2  # seconds; see docs/decisions on polling


@dataclass(frozen=True)
class Rights:
    """What this reader may do here: pages show only what can succeed, verbs still judge."""

    write: bool
    close: bool  # say that it is over: the contact, or a lead


def rights(user: Person, outage: Outage) -> Rights:
    write = allowed(user, OutagePermission.STEER, PERMISSIONS)
    return Rights(write=write, close=write and (Role.LEAD in user.roles or user.pk == outage.contact_id))


def opening(outage: Outage, user: Person) -> dict[str, Any]:
    """The sentence that opens the page, and the one thing to do next."""
    language = get_language() or "fr"
    due = queries.due(outage)
    draft = notices.open_version(outage.thread)
    return {
        "outage": outage,
        "going": going(outage, language),
        "due": due,
        "draft": draft,
        "rights": rights(user, outage),
        "end_proposed": queries.end_proposed(outage),
        "lasted": outage.ended_at - outage.starts_at if outage.ended_at else None,
        "write_label": _write_label(outage, due, draft=draft is not None),
        "write_url": composer_url(outage, draft) if draft else "",
        "owed": owed(due, sudden=outage.kind == OutageKind.SUDDEN) if due else None,
        "scheduled": outage.kind == OutageKind.SCHEDULED,
        "primary": primary(outage, due, user, composer_url(outage, draft) if draft else ""),
        "may_follow": Role.SUPPORT in user.roles,
    }


def _write_label(outage: Outage, due: Due | None, *, draft: bool) -> str:
    """The primary action, named by verb and object; empty when nothing more is to be told."""
    if due and due.what != "report":
        words = owed(due, sudden=outage.kind == OutageKind.SUDDEN)
        return str(words.open_verb if draft else words.verb)
    return _("Write the report") if outage.state == State.ENDED else ""


def live(outage: Outage) -> dict[str, Any]:
    """What the poller compares: the newest fact, and the mark of everything else."""
    return {
        "outage": outage,
        "after": queries.latest_fact_id(outage),
        "mark": timeline.mark(outage),
        "every": POLLED_EVERY,
    }


def state_of(outage: Outage) -> dict[str, Any]:
    """The right column: services, people, alarms, who is told, mails that need a person."""
    language = get_language() or "fr"
    lines = queries.affected(outage)
    recipients = actions.audience(outage)
    return {
        "lines": [(line, line.service.name(language)) for line in lines],
        "still_out": sum(line.restored_at is None for line in lines),
        "alarms": list(outage.alarms.order_by("-firing", "-last_seen")),
        "recipients": recipients,
        "reachable": sum(one.channel == "mail" for one in once_each(recipients)),
        "promised": notices.promised([outage.thread_id]).get(outage.thread_id),
        "troubles": troubles(outage),
        **(_planned(outage) if outage.kind == OutageKind.SCHEDULED else {}),
    }


def _planned(outage: Outage) -> dict[str, Any]:
    """What only a planned outage has: its plan of communication, its works, the rules it breaks, what it meets."""
    before = outage.state in {State.DRAFT, State.ANNOUNCED}
    language = get_language() or "fr"
    return {
        "course": course(outage),
        "works": picture(outage, language),
        "works_open": outage.state in queries.OPEN,
        "broken": broken_words(queries.broken_rules(outage), outage),
        "met": goings(queries.collisions(outage), language) if before else [],
        "moved": outage.planned_start
        and (outage.planned_start, outage.planned_end) != (outage.starts_at, outage.expected_end),
        "before_start": before,
    }


def troubles(outage: Outage) -> list[Delivery]:
    """Mails of this outage that did not simply arrive: what needs a person first, then what is tried again."""
    topics = [f"notice-version:{pk}" for pk in outage.thread.notices.values_list("versions__pk", flat=True)]
    rows = Delivery.objects.filter(topic__in=topics).exclude(
        state__in=(IntentState.DONE, IntentState.CANCELLED)
    )
    first = {IntentState.SET_APART: 0, IntentState.IN_DOUBT: 1}
    found = [row for row in rows if row.state in first or row.last_error]
    return sorted(found, key=lambda row: (first.get(IntentState(row.state), 2), row.pk))[:50]


@staff
@require_safe
def page(request: StaffRequest, pk: int) -> HttpResponse:
    return whole(request, queries.outage(pk))


def whole(
    request: StaffRequest,
    outage: Outage,
    *,
    entry: FactForm | None = None,
    answering: tuple[int, FactForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The whole page; after a refusal with the form as it was typed."""
    context = opening(outage, request.user) | live(outage) | state_of(outage)
    context |= {
        "entries": timeline.lines(outage),
        "with_days": timeline.with_days(outage),
        "entry_form": entry or FactForm(initial={"key": fresh_key()}),
        "answering": answering[0] if answering else None,
        "answer_form": answering[1] if answering else None,
        "page_keys": [("e", _("end the outage"))] if outage.state == State.ONGOING else [],
        "follower": outage.follower,
    }
    return render(request, "outages/page.html", context, status=status)


@staff
@require_safe
def log(request: StaffRequest, pk: int) -> HttpResponse:
    """What is new since `after` (a fact's id) and `mark`; 204 when nothing is, so that htmx leaves the page alone."""
    outage = queries.outage(pk)
    now_live = live(outage)
    after = _number(request.GET.get("after"))
    if after >= now_live["after"] and request.GET.get("mark", "") == now_live["mark"]:
        return HttpResponse(status=204)
    found = timeline.lines(outage)
    fresh = [line for line in found if line.side == "inside" and line.fact_id > after]
    seen = _number_list(request.GET.get("told"))
    new_notices = [line for line in found if line.side == "outside" and line.id not in seen]
    context = opening(outage, request.user) | now_live | state_of(outage)
    context |= {
        "fresh": sorted(fresh + new_notices, key=lambda line: line.at, reverse=True),
        "known_notices": [line for line in found if line.side == "outside" and line.id in seen],
        "questions": [line for line in found if line.answers and line not in fresh],
        "entries": found,
        "follower": outage.follower,
    }
    return render(request, "outages/live.html", context)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() and len(text) < 18 else 0  # noqa: PLR2004 # fits a bigint


def _number_list(text: str | None) -> set[str]:
    return {f"notice-{part}" for part in (text or "").split(".") if part}


@staff
@require_POST
def write(request: StaffRequest, pk: int, kind: str) -> HttpResponse:
    """Log a fact, or ask the contact. By htmx the form comes back empty and the poller fetches the line."""
    outage = queries.outage(pk)
    form = FactForm(request.POST)
    verb = actions.ask if kind == FactKind.QUESTION or "ask" in request.POST else actions.log_fact
    try:
        if not form.is_valid():
            return _again(request, outage, form, 422)
        verb(request.user, outage, form.cleaned_data["text"], key=form.cleaned_data["key"] or None)
    except VigieError as error:
        blame(form, error)
        return _again(request, outage, form, status_of(error))
    if request.headers.get("HX-Request"):
        context = {"entry_form": FactForm(initial={"key": fresh_key()}), "outage": outage}
        response = render(request, "outages/parts/entry_form.html", context)
        response.headers["HX-Trigger"] = "logged"
        return response
    return redirect(f"{_url(outage)}#log")


def _again(request: StaffRequest, outage: Outage, form: FactForm, status: int) -> HttpResponse:
    if request.headers.get("HX-Request"):  # htmx swaps only what is well received
        return render(request, "outages/parts/entry_form.html", {"entry_form": form, "outage": outage})
    return whole(request, outage, entry=form, status=status)


@staff
@require_POST
def answer(request: StaffRequest, pk: int, fact_pk: int) -> HttpResponse:
    outage = queries.outage(pk)
    question = Fact.objects.filter(pk=fact_pk, outage=outage).select_related("outage", "mail").first()
    if question is None:
        raise Http404
    form = FactForm(request.POST)
    try:
        if not form.is_valid():
            return whole(request, outage, answering=(fact_pk, form), status=422)
        verb = actions.answer_by_mail if "send" in request.POST else actions.answer
        verb(request.user, question, form.cleaned_data["text"], key=form.cleaned_data["key"] or None)
    except VigieError as error:
        blame(form, error)
        return whole(request, outage, answering=(fact_pk, form), status=status_of(error))
    return redirect(f"{_url(outage)}#fact-{fact_pk}")


@staff
@require_POST
def write_notice(request: StaffRequest, pk: int) -> HttpResponse:
    """Begin the notice that comes next, or take up its draft; then to the composer."""
    outage = queries.outage(pk)
    draft = actions.compose(request.user, outage)
    return redirect(composer_url(outage, draft))


def _url(outage: Outage) -> str:
    return f"/outages/{outage.pk}"
