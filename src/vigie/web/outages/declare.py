"""“Something is down”: from four inputs to the composer of the first notice."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from vigie.duty.rules import DutyCode
from vigie.kernel import clock
from vigie.kernel.errors import VigieError
from vigie.notices.models import Version
from vigie.notices.queries import open_version
from vigie.outages import actions, queries
from vigie.outages.models import Alarm, Outage
from vigie.outages.rules import ALARM_EFFECTS, Choice, OutageKind, next_promise
from vigie.people.models import Person
from vigie.web.access import StaffRequest, staff
from vigie.web.lists import blame
from vigie.web.middleware import status_of
from vigie.web.outages.forms import DeclareForm, fresh_key


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def declare(request: StaffRequest) -> HttpResponse:
    """The screen itself; refused, it comes back with everything typed and the open outage it found."""
    if request.method != "POST":
        return _screen(request, DeclareForm(initial=_initial(request)))
    form = DeclareForm(request.POST)
    if not form.is_valid():
        return _screen(request, form, status=422)
    data = form.cleaned_data
    try:
        declared = actions.declare_sudden(
            request.user,
            services=dict.fromkeys(data["services"], data["effect"]),
            starts_at=data["starts_at"],
            next_update_by=data["next_update_by"],
            words={"fr": data["words_fr"], "en": data["words_en"]},
            key=f"desk:{data['key']}",
            anyway="anyway" in request.POST,
        )
    except VigieError as error:
        met = queries.ongoing_for_codes(data["services"]) if error.code == "outage.already_open" else []
        blame(form, error)
        return _screen(request, form, status=status_of(error), open_already=met)
    if data["alarm"] and not declared.again:
        _attach(request, data["alarm"], declared.outage)
    draft = declared.first_notice or open_version(declared.outage.thread)
    return _to_composer(declared.outage, draft)


def _initial(request: HttpRequest) -> dict[str, object]:
    """Prefilled: now, the plan's next update, a fresh key; from an alarm, what the alarm says too."""
    now = clock.now()
    initial: dict[str, object] = {
        "starts_at": now,
        "next_update_by": next_promise(now, queries.policy(OutageKind.SUDDEN).update_every),
        "key": fresh_key(),
        "services": request.GET.getlist("service"),
    }
    alarm = _alarm(request.GET.get("alarm", ""))
    if alarm:
        initial |= {
            "alarm": alarm.pk,
            "starts_at": alarm.starts_at,
            "effect": ALARM_EFFECTS.get(alarm.severity, "down"),
            "services": [alarm.service.code] if alarm.service else [],
            "key": f"alarm:{alarm.pk}",
        }
    return initial


def _alarm(pk: object) -> Alarm | None:
    text = str(pk or "")
    if not text.isdigit() or len(text) > 17:  # noqa: PLR2004 # fits a bigint
        return None
    return Alarm.objects.select_related("service").filter(pk=int(text), outage__isnull=True).first()


def _attach(request: StaffRequest, pk: int, outage: Outage) -> None:
    """The outage is open whatever becomes of this: an alarm that was settled meanwhile only says so."""
    alarm = _alarm(pk)
    if alarm is None:
        return
    try:
        actions.attach_alarm(request.user, alarm, outage)
    except VigieError as error:
        messages.warning(request, str(error))


def _screen(
    request: StaffRequest, form: DeclareForm, *, status: int = 200, open_already: list[Outage] | None = None
) -> HttpResponse:
    holders = [
        (role, _person(queries.default_holder(code, request.user)))
        for role, code in (
            (_("operations contact"), DutyCode.PRODUCTION),
            (_("follower (Support)"), DutyCode.SUPPORT),
        )
    ]
    context = {
        "form": form,
        "holders": holders,
        "open_already": open_already or [],
        "alarm": _alarm(form["alarm"].value()),
    }
    return render(request, "outages/declare.html", context, status=status)


def _person(choice: Choice | None) -> Person | None:
    return Person.objects.filter(pk=choice.person_id).first() if choice else None


def composer_url(outage: Outage, draft: Version | None) -> str:
    """The composer of this draft; the outage's own page where there is nothing to write."""
    if draft is not None:
        return reverse("notice_version", args=[outage.pk, draft.pk])
    return reverse("outage", args=[outage.pk])


def _to_composer(outage: Outage, draft: Version | None) -> HttpResponseRedirect:
    return redirect(composer_url(outage, draft))
