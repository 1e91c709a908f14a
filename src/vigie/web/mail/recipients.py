"""Who asked to be told, which addresses can't be reached, and the centre's own lists."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vigie.experiments import actions as experiments
from vigie.experiments.models import Contact
from vigie.notices.subscriptions import actions, queries
from vigie.notices.subscriptions.actions import PERMISSIONS, SubscriptionPermission
from vigie.post import actions as post
from vigie.post.queries import bounced
from vigie.services.queries import catalogue
from vigie.web.access import StaffRequest, staff
from vigie.web.lists import form_page, only, posted, words_of

PER_PAGE = 50


class ListForm(forms.Form):
    """A mailing list of the centre."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    address = forms.EmailField(label=gettext_lazy("Mail address"), max_length=254)
    language = forms.ChoiceField(
        label=gettext_lazy("Language of its mails"),
        choices=[("fr", "Français"), ("en", "English")],
        widget=forms.RadioSelect,
        initial="fr",
    )
    always = forms.BooleanField(label=gettext_lazy("Told of every outage"), required=False, initial=True)
    services = forms.MultipleChoiceField(
        label=gettext_lazy("Or of outages of"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "fr"
        self.fields["services"].choices = [(row.code, row.name(language)) for row in catalogue()]  # type: ignore[attr-defined] # a choice field
        for name in ("services", "language"):
            self.fields[name].pick = True  # type: ignore[attr-defined] # read by the form's template


def _only_support(request: StaffRequest) -> None:
    only(request.user, SubscriptionPermission.KEEP, PERMISSIONS)


@staff
@require_safe
def recipients(request: StaffRequest) -> HttpResponse:
    """Subscribers, lists, and the addresses that get nothing."""
    _only_support(request)
    language, words = get_language() or "fr", words_of(request)
    rows = queries.active().filter(address__icontains=words)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    stopped = Contact.objects.filter(stopped_at__isnull=False).select_related("experiment")
    context = {
        "page": page,
        "rows": [(row, queries.name_of(queries.topic_of(row), language)) for row in page.object_list],
        "subscribers": queries.active().values("address").distinct().count(),
        "lists": [
            (row, [one.name(language) for one in row.services.all()]) for row in queries.mailing_lists()
        ],
        "bounced": list(bounced().values()),
        "stopped": list(stopped),
        "q": words,
    }
    return render(request, "mail/recipients.html", context)


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def mailing_list(request: StaffRequest, pk: int | None = None) -> HttpResponse:
    """A new list of the centre, or one that changes."""
    _only_support(request)
    known = queries.mailing_list(pk) if pk is not None else None
    initial: dict[str, Any] | None = None
    if known:
        initial = {name: getattr(known, name) for name in ("name", "address", "language", "always")}
        initial["services"] = [one.code for one in known.services.all()]

    def run(data: Mapping[str, Any]) -> str:
        actions.save_list(request.user, known=known, **data)
        return reverse("recipients")

    return form_page(
        request,
        ListForm(posted(request), initial=initial),
        run,
        sentence=_("Change the list %(name)s") % {"name": known.name} if known else _("A new list"),
        why=_("A list gets one mail for all its members, and no link to stop it."),
        button=_("Save"),
        done=_("Saved."),
        back=reverse("recipients"),
    )


@staff
@require_POST
def close_list(request: StaffRequest, pk: int) -> HttpResponse:
    actions.close_list(request.user, queries.mailing_list(pk))
    messages.success(request, _("The list is told no more."))
    return redirect("recipients")


@staff
@require_POST
def clear(request: StaffRequest) -> HttpResponse:
    """The address works again."""
    address = request.POST.get("address", "")
    post.clear_address(request.user, address)
    messages.success(request, _("%(address)s is written to again.") % {"address": address})
    return redirect("recipients")


@staff
@require_POST
def resume(request: StaffRequest) -> HttpResponse:
    """A contact who had stopped the mails asked Support to have them again."""
    address = request.POST.get("address", "")
    experiments.resume_contacts(request.user, address, reason="asked Support")
    messages.success(request, _("%(address)s is written to again.") % {"address": address})
    return redirect("recipients")


@staff
@require_POST
def erase(request: StaffRequest) -> HttpResponse:
    """A subscriber asked to be forgotten."""
    actions.erase(request.user, request.POST.get("address", ""))
    messages.success(request, _("Erased: the address, and what it was told."))
    return redirect("recipients")
