"""The steps of an outage that deserve a page of their own: each says what it does, asks what it needs, calls one verb."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from vigie.kernel import clock
from vigie.kernel.errors import VigieError
from vigie.outages import actions, queries
from vigie.outages.models import Affected, Outage
from vigie.outages.rules import RoleName, next_promise
from vigie.people.models import Person
from vigie.web.access import StaffRequest, staff
from vigie.web.desk.centre import going
from vigie.web.lists import blame
from vigie.web.middleware import status_of
from vigie.web.outages import forms

Run = Callable[[Person, Outage, Mapping[str, Any]], None]


@dataclass(frozen=True)
class Step:
    """One verb as a page: the question it asks, what follows from it, the name of its button."""

    form: type[forms.StepForm]
    title: Promise
    why: Promise
    button: Promise
    done: Promise
    run: Run
    initial: Callable[[Outage], dict[str, Any]] = lambda _outage: {}
    danger: bool = False
    closes: bool = False  # shows what is still out: it will count as restored


def _end(user: Person, outage: Outage, data: Mapping[str, Any]) -> None:
    actions.end(user, outage, data_lost=data["data_lost"], at=data["at"])


def _false_alarm(user: Person, outage: Outage, data: Mapping[str, Any]) -> None:
    actions.false_alarm(user, outage, why=data["why"])


def _reopen(user: Person, outage: Outage, data: Mapping[str, Any]) -> None:
    actions.reopen(user, outage, services=data["services"], why=data["why"])


def _data(user: Person, outage: Outage, data: Mapping[str, Any]) -> None:
    actions.answer_data(user, outage, data["data_lost"])


def _promise(user: Person, outage: Outage, data: Mapping[str, Any]) -> None:
    actions.promise(user, outage, data["next_update_by"])


def _add(user: Person, outage: Outage, data: Mapping[str, Any]) -> None:
    actions.add_service(user, outage, data["service"], data["effect"], starts_at=data["starts_at"])


def _hand_over(user: Person, outage: Outage, data: Mapping[str, Any]) -> None:
    actions.hand_over_roles(
        user,
        outage,
        {role: data[role] for role in RoleName},
        why=data["why"],
    )


def _next(outage: Outage) -> dict[str, Any]:
    return {"next_update_by": next_promise(clock.now(), queries.policy(outage.kind).update_every)}


STEPS = {
    "end": Step(
        forms.EndForm,
        gettext_lazy("Is it over?"),
        gettext_lazy(
            "Every service that is still out counts as working again. Readers are told by the end notice, which is owed at once."
        ),
        gettext_lazy("End the outage"),
        gettext_lazy("The outage has ended. Its end notice is owed now."),
        _end,
        danger=True,
        closes=True,
    ),
    "false-alarm": Step(
        forms.FalseAlarmForm,
        gettext_lazy("Was nothing wrong?"),
        gettext_lazy(
            "The outage ends as a false alarm. If anything was told outside, that it was a false alarm is told too."
        ),
        gettext_lazy("Call it a false alarm"),
        gettext_lazy("It was a false alarm; the reason is in the log."),
        _false_alarm,
        danger=True,
        closes=True,
    ),
    "reopen": Step(
        forms.ReopenForm,
        gettext_lazy("Is it not over after all?"),
        gettext_lazy("What was told stays. The chosen services are hit again and an update is owed."),
        gettext_lazy("Reopen the outage"),
        gettext_lazy("The outage goes on. An update is owed now."),
        _reopen,
        danger=True,
    ),
    "data": Step(
        forms.DataForm,
        gettext_lazy("Was data lost?"),
        gettext_lazy("The end notice can’t leave before this is answered."),
        gettext_lazy("Record the answer"),
        gettext_lazy("The answer is recorded."),
        _data,
    ),
    "promise": Step(
        forms.PromiseForm,
        gettext_lazy("By when does the next update come?"),
        gettext_lazy("Readers see this time with the next notice; when it passes, Vigie nags and climbs."),
        gettext_lazy("Promise the next update"),
        gettext_lazy("The next update is promised."),
        _promise,
        _next,
    ),
    "add-service": Step(
        forms.AddForm,
        gettext_lazy("What else is hit?"),
        gettext_lazy("Those who use this service hear of it with the next notice."),
        gettext_lazy("Add the service"),
        gettext_lazy("The service is part of this outage now."),
        _add,
        lambda _outage: {"starts_at": clock.now()},
    ),
    "hand-over": Step(
        forms.HandOverForm,
        gettext_lazy("Who takes over?"),
        gettext_lazy("Neither role is ever vacant. Who takes a role over gets a mail, and the log says so."),
        gettext_lazy("Hand over"),
        gettext_lazy("Handed over."),
        _hand_over,
    ),
}


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: StaffRequest, pk: int, name: str) -> HttpResponse:
    outage = queries.outage(pk)
    return serve(request, outage, STEPS[name])


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: StaffRequest, pk: int, code: str) -> HttpResponse:
    """What users notice of one service, and when it is expected back."""
    outage = queries.outage(pk)
    line = _line(outage, code)

    def run(user: Person, outage: Outage, data: Mapping[str, Any]) -> None:
        effect = data["effect"] if data["effect"] != line.effect else None
        expected = data["expected_end"] if data["expected_end"] != line.expected_end else None
        actions.change_service(user, outage, code, effect=effect, expected_end=expected)

    return serve(
        request,
        outage,
        Step(
            forms.ChangeForm,
            gettext_lazy("What has changed?"),
            gettext_lazy("Readers hear of it with the next notice."),
            gettext_lazy("Save the change"),
            gettext_lazy("The change is saved."),
            run,
            lambda _outage: {"effect": line.effect, "expected_end": line.expected_end},
        ),
        subject=line.service.name(get_language() or "fr"),
    )


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def restore(request: StaffRequest, pk: int, code: str) -> HttpResponse:
    """One service works again: now by the button of the outage's page, at another time by this one's form."""
    outage = queries.outage(pk)
    line = _line(outage, code)

    def run(user: Person, outage: Outage, data: Mapping[str, Any]) -> None:
        actions.restore(user, outage, code, at=data["at"])

    return serve(
        request,
        outage,
        Step(
            forms.RestoreForm,
            gettext_lazy("Does it work again?"),
            gettext_lazy("The other services go on; only the contact ends the outage."),
            gettext_lazy("It works again"),
            gettext_lazy("Recorded: it works again."),
            run,
            lambda _outage: {"at": clock.now()},
        ),
        subject=line.service.name(get_language() or "fr"),
    )


def _line(outage: Outage, code: str) -> Affected:
    line = outage.affected.select_related("service").filter(service__code=code).first()
    if line is None:
        raise Http404
    return line


def serve(request: StaffRequest, outage: Outage, step: Step, *, subject: str = "") -> HttpResponse:
    """A step as a page: asked, refused beside the field, or done and back to the outage."""
    if request.method != "POST":
        form = step.form(outage=outage, initial=step.initial(outage))
        return _show(request, outage, step, form, subject)
    form = step.form(request.POST, outage=outage, initial=step.initial(outage))
    if not form.is_valid():
        return _show(request, outage, step, form, subject, status=422)
    try:
        step.run(request.user, outage, form.cleaned_data)
    except VigieError as error:
        blame(form, error)
        return _show(request, outage, step, form, subject, status=status_of(error))
    messages.success(request, f"{subject}{_(': ')}{step.done}" if subject else str(step.done))
    return redirect("outage", pk=outage.pk)


def _still_out(outage: Outage) -> list[tuple[Affected, str]]:
    language = get_language() or "fr"
    return [
        (line, line.service.name(language)) for line in queries.affected(outage) if line.restored_at is None
    ]


def _show(
    request: StaffRequest,
    outage: Outage,
    step: Step,
    form: forms.StepForm,
    subject: str,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        "outage": outage,
        "going": going(queries.outage(outage.pk), get_language() or "fr"),
        "step": step,
        "form": form,
        "subject": subject,
        "still_out": _still_out(outage) if step.closes else [],
    }
    return render(request, "outages/step.html", context, status=status)


@staff
@require_POST
def settle_alarm(request: StaffRequest, alarm_pk: int) -> HttpResponse:
    """Nothing more to do about this alarm."""
    alarm = queries.alarm(alarm_pk)
    actions.settle_alarm(request.user, alarm, why=request.POST.get("why", "")[: forms.WHY_LIMIT])
    messages.success(request, _("The alarm is settled."))
    return redirect("outage", pk=alarm.outage_id) if alarm.outage_id else redirect("desk")


@staff
@require_POST
def attach_alarm(request: StaffRequest, alarm_pk: int) -> HttpResponse:
    """A person says that this alarm belongs to an outage that goes on."""
    outage = queries.outage(request.POST.get("outage", ""))
    actions.attach_alarm(request.user, queries.alarm(alarm_pk), outage)
    messages.success(request, _("The alarm is part of this outage now."))
    return redirect("outage", pk=outage.pk)
