"""The verbs of a planned outage, each as a page that asks; accepting to follow is one press."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from vigie.kernel import clock
from vigie.outages import actions, queries
from vigie.outages.models import Outage
from vigie.people.models import Person
from vigie.web.access import StaffRequest, staff
from vigie.web.outages.steps import Step, serve
from vigie.web.planning import forms

Data = Mapping[str, Any]


def _move(user: Person, outage: Outage, data: Data) -> None:
    actions.move(user, outage, data["starts_at"], why=data["why"])


def _cancel(user: Person, outage: Outage, data: Data) -> None:
    actions.cancel(user, outage, why=data["why"])


def _start(user: Person, outage: Outage, data: Data) -> None:
    actions.start(user, outage, at=data["at"])


def _decline(user: Person, outage: Outage, data: Data) -> None:
    actions.decline_following(user, outage, why=data["why"])


def _ask(user: Person, outage: Outage, data: Data) -> None:
    actions.ask_follower(user, outage, data["person"])


@transaction.atomic
def _extend(user: Person, outage: Outage, data: Data) -> None:
    """Every service that was to be back last is now back later; those that come back earlier keep their time."""
    last = outage.expected_end  # the verb moves it
    for line in queries.affected(outage):
        if line.restored_at is None and line.expected_end == last:
            actions.change_service(user, outage, line.service.code, expected_end=data["expected_end"])


def _window(data: Data) -> actions.Window:
    return actions.Window(data["effect"], data["starts_at"], data["ends_at"])


def _add(user: Person, outage: Outage, data: Data) -> None:
    actions.change_window(user, outage, data["service"], _window(data))


def _add_work(user: Person, outage: Outage, data: Data) -> None:
    actions.add_intervention(
        user,
        outage,
        what=data["what"],
        who=data["who"],
        starts_at=data["starts_at"],
        ends_at=data["ends_at"],
        services=data["services"],
        after=data.get("after", ()),
    )


def _hull(outage: Outage) -> dict[str, datetime | None]:
    return {"starts_at": outage.starts_at, "ends_at": outage.expected_end}


STEPS = {
    "move": Step(
        forms.MoveForm,
        gettext_lazy("When does it take place?"),
        gettext_lazy(
            "Every service keeps its effect and its place in the window. Once announced, a change notice is owed."
        ),
        gettext_lazy("Move the outage"),
        gettext_lazy("It is moved."),
        _move,
        lambda outage: {"starts_at": outage.starts_at},
    ),
    "cancel": Step(
        forms.CancelForm,
        gettext_lazy("Will it not take place?"),
        gettext_lazy(
            "It stays in the register. Once announced, a cancellation is owed to everyone who was told."
        ),
        gettext_lazy("Cancel the outage"),
        gettext_lazy("It is cancelled."),
        _cancel,
        danger=True,
    ),
    "start": Step(
        forms.StartForm,
        gettext_lazy("Has the work begun?"),
        gettext_lazy("The outage goes on from then; the start notice is owed at once."),
        gettext_lazy("Confirm the start"),
        gettext_lazy("The start is confirmed. Its notice is owed now."),
        _start,
        lambda _outage: {"at": clock.now()},
    ),
    "decline": Step(
        forms.DeclineForm,
        gettext_lazy("Can’t you follow it?"),
        gettext_lazy("Somebody else of Support must be asked; the log says why you can’t."),
        gettext_lazy("Decline"),
        gettext_lazy("You declined. Somebody else must be asked."),
        _decline,
    ),
    "ask-follower": Step(
        forms.AskForm,
        gettext_lazy("Who is asked to follow it?"),
        gettext_lazy("They get a mail and accept or decline. Nothing is announced before somebody accepts."),
        gettext_lazy("Ask them"),
        gettext_lazy("They are asked by mail."),
        _ask,
    ),
    "extend": Step(
        forms.ExtendForm,
        gettext_lazy("Until when does it take?"),
        gettext_lazy(
            "The services that were to be back last come back later. A change notice is owed at once."
        ),
        gettext_lazy("Extend the outage"),
        gettext_lazy("It is extended. A change notice is owed now."),
        _extend,
        lambda outage: {"expected_end": outage.expected_end},
    ),
    "add-window": Step(
        forms.AddWindowForm,
        gettext_lazy("What else is part of it?"),
        gettext_lazy("Once announced, a change notice is owed; it reaches those who use this service too."),
        gettext_lazy("Add the service"),
        gettext_lazy("The service is part of this outage now."),
        _add,
        _hull,
    ),
    "add-work": Step(
        forms.WorkForm,
        gettext_lazy("What is done, when, and after what?"),
        gettext_lazy("Works are inside only: readers are told of services, not of works."),
        gettext_lazy("Add the work"),
        gettext_lazy("The work is added."),
        _add_work,
        _hull,
    ),
}


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: StaffRequest, pk: int, name: str) -> HttpResponse:
    return serve(request, queries.outage(pk), STEPS[name])


@staff
@require_POST
def accept(request: StaffRequest, pk: int) -> HttpResponse:
    """“I follow it”, for who was asked and for anybody else of Support."""
    outage = queries.outage(pk)
    actions.accept_following(request.user, outage)
    messages.success(request, _("You follow this outage. The announcement is yours to approve."))
    return redirect("outage", pk=pk)


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def window(request: StaffRequest, pk: int, code: str) -> HttpResponse:
    """Effect and window of one service, before the start."""
    outage = queries.outage(pk)
    line = outage.affected.select_related("service").filter(service__code=code).first()
    if line is None:
        raise Http404

    def run(user: Person, outage: Outage, data: Data) -> None:
        actions.change_window(user, outage, code, _window(data))

    ask = Step(
        forms.WindowForm,
        gettext_lazy("What changes for this service?"),
        gettext_lazy("Once announced, a change notice is owed; it says what was and what is."),
        gettext_lazy("Save the change"),
        gettext_lazy("The change is saved."),
        run,
        lambda _outage: {"effect": line.effect, "starts_at": line.starts_at, "ends_at": line.expected_end},
    )
    return serve(request, outage, ask, subject=line.service.name(get_language() or "fr"))


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: StaffRequest, pk: int, code: str) -> HttpResponse:
    """A service is spared after all."""
    outage = queries.outage(pk)
    line = outage.affected.select_related("service").filter(service__code=code).first()
    if line is None:
        raise Http404

    def run(user: Person, outage: Outage, _data: Data) -> None:
        actions.remove_service(user, outage, code)

    ask = Step(
        forms.NothingForm,
        gettext_lazy("Is it spared after all?"),
        gettext_lazy(
            "Once announced, a change notice is owed; it says that this service is no longer concerned."
        ),
        gettext_lazy("Take it out"),
        gettext_lazy("The service is no longer part of this outage."),
        run,
        danger=True,
    )
    return serve(request, outage, ask, subject=line.service.name(get_language() or "fr"))
