"""Farm accounts: who submits jobs where, and how to reach them."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vigie.experiments import queries
from vigie.experiments.actions import PERMISSIONS, ExperimentPermission
from vigie.experiments.models import FarmAccount
from vigie.web.access import StaffRequest, staff
from vigie.web.lists import Record, carried, may, words_of

PAGE = 100
COLUMNS = ("cluster", "username", "experiment", "name", "mail", "language", "active")


@staff
@require_safe
def accounts(request: StaffRequest) -> HttpResponse:
    """Every account; the address filters by words, cluster, experiment, and whether they are closed."""
    filters = {
        "words": words_of(request),
        "cluster": words_of(request, "cluster"),
        "experiment": words_of(request, "experiment"),
    }
    ended = bool(request.GET.get("ended"))
    found = queries.accounts(**filters, ended=ended)
    if file := carried(request, "accounts", COLUMNS, (_record(one) for one in found.iterator())):
        return file
    context = {
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "filters": filters | {"ended": ended},
        "filtered": any(filters.values()) or ended,
        "total": queries.accounts().count(),
        "unreachable": queries.accounts().filter(mail="").count(),
        "clusters": queries.clusters(),
        "experiments": queries.experiments(),
        "sources": queries.account_sources(),
        "may_edit": may(request.user, ExperimentPermission.EDIT, PERMISSIONS),
    }
    return render(request, "experiments/accounts.html", context)


def _record(one: FarmAccount) -> Record:
    return {
        "cluster": one.cluster,
        "username": one.username,
        "experiment": one.experiment.code if one.experiment else "",
        "name": one.person_name,
        "mail": one.mail,
        "language": one.language,
        "active": "yes" if one.active else "no",
    }
