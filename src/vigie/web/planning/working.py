"""Steps about one work of an outage: change it, take it out, done."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from vigie.outages import actions, queries
from vigie.outages.models import Intervention, Outage
from vigie.people.models import Person
from vigie.web.access import StaffRequest, staff
from vigie.web.outages.steps import Step, serve
from vigie.web.planning import forms
from vigie.web.planning.steps import Data


def _work(pk: int, number: int) -> Intervention:
    found = Intervention.objects.select_related("outage").filter(outage=pk, number=number).first()
    if found is None:
        raise Http404
    return found


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: StaffRequest, pk: int, number: int) -> HttpResponse:
    """What is done, by whom, when, after what."""
    work = _work(pk, number)

    def run(user: Person, _outage: Outage, data: Data) -> None:
        actions.edit_intervention(
            user,
            work,
            what=data["what"],
            who=data["who"],
            starts_at=data["starts_at"],
            ends_at=data["ends_at"],
            services=data["services"],
            after=data.get("after", ()),
        )

    stands = {
        "what": work.what,
        "who": work.who,
        "starts_at": work.starts_at,
        "ends_at": work.ends_at,
        "services": list(work.services.values_list("code", flat=True)),
        "after": list(work.after.values_list("number", flat=True)),
    }
    ask = Step(
        forms.edit_form(number),
        gettext_lazy("What changes in this work?"),
        gettext_lazy("Works are inside only: readers are told of services, not of works."),
        gettext_lazy("Save the change"),
        gettext_lazy("The change is saved."),
        run,
        lambda _outage: stands,
    )
    return serve(request, queries.outage(pk), ask, subject=str(work))


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: StaffRequest, pk: int, number: int) -> HttpResponse:
    """It will not take place."""
    work = _work(pk, number)

    def run(user: Person, _outage: Outage, _data: Data) -> None:
        actions.remove_intervention(user, work)

    ask = Step(
        forms.NothingForm,
        gettext_lazy("Will this work not take place?"),
        gettext_lazy("It is taken out of the plan; the trace of changes keeps it."),
        gettext_lazy("Take it out"),
        gettext_lazy("The work is taken out."),
        run,
        danger=True,
    )
    return serve(request, queries.outage(pk), ask, subject=str(work))


@staff
@require_POST
def finish(request: StaffRequest, pk: int, number: int) -> HttpResponse:
    """One work is done; the ones that wait for it may begin."""
    work = _work(pk, number)
    actions.finish_intervention(request.user, work)
    messages.success(request, _("“%(what)s” is done.") % {"what": work.what})
    return redirect(f"/outages/{pk}#h-works")
