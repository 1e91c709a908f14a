"""Leads make signs, see which ones are alive, and revoke them."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vigie.duty.queries import duties
from vigie.duty.seen import actions, queries
from vigie.duty.seen.actions import PERMISSIONS, SeenPermission
from vigie.kernel import clock
from vigie.kernel.errors import VigieError
from vigie.people.models import Language
from vigie.web.access import StaffRequest, staff
from vigie.web.fields import MomentField
from vigie.web.lists import blame, only, posted
from vigie.web.middleware import status_of


class SignForm(forms.Form):
    """One sign; its address is made by the desk."""

    label = forms.CharField(
        label=gettext_lazy("Where it hangs"),
        max_length=actions.LABEL_LIMIT,
        help_text=gettext_lazy("For instance: door of B12, e-paper in the entrance hall."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"), choices=Language.choices, initial=Language.FR
    )
    names = forms.BooleanField(
        label=gettext_lazy("Shows names; without, only roles and the duty’s own telephone"),
        required=False,
        initial=True,
    )
    duties = forms.MultipleChoiceField(
        label=gettext_lazy("Only these duties"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None ticked: every duty."),
    )
    expires_at = MomentField(
        label=gettext_lazy("Expires"),
        required=False,
        help_text=gettext_lazy("Like 2027-06-30 00:00 or +90d; empty: never."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "fr"
        field = self.fields["duties"]
        field.choices = [(row.code, row.name(language)) for row in duties()]  # type: ignore[attr-defined] # a choice field
        field.pick = True  # type: ignore[attr-defined] # read by the form's template


@staff
@require_safe
def signs(request: StaffRequest) -> HttpResponse:
    """Every sign: which works, which was last asked for when."""
    only(request.user, SeenPermission.SIGNS, PERMISSIONS)
    now = clock.now()
    names = {row.code: row.name(get_language() or "fr") for row in duties()}
    rows = [(row, row.works(now), [names.get(code, code) for code in row.duties]) for row in queries.signs()]
    context = {"rows": rows, "working": sum(works for _row, works, _names in rows), "now": now}
    return render(request, "signs/list.html", context)


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: StaffRequest) -> HttpResponse:
    """The address is on the answer to this one request, and nowhere else."""
    only(request.user, SeenPermission.SIGNS, PERMISSIONS)
    form = SignForm(posted(request))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _made(request, form.cleaned_data)
            except VigieError as error:
                blame(form, error)
                status = status_of(error)
    context = {
        "form": form,
        "sentence": _("A new sign"),
        "why": _(
            "Its address opens the sign and nothing else. It is shown once; whoever has it sees the sign."
        ),
        "button": _("Make the sign"),
        "back": reverse("signs"),
    }
    return render(request, "house/form.html", context, status=status)


def _made(request: StaffRequest, data: Mapping[str, Any]) -> HttpResponse:
    row, secret = actions.make_sign(request.user, **data)
    base = f"{settings.OPTIONS['site.url']}{reverse('sign', args=[secret])}"
    shown = render(request, "signs/made.html", {"sign": row, "page": base, "picture": f"{base}.png"})
    shown.headers["Cache-Control"] = "no-store"
    return shown


@staff
@require_POST
def revoke(request: StaffRequest, pk: int) -> HttpResponse:
    row = queries.sign_by_id(pk)
    actions.revoke_sign(request.user, row)
    messages.success(request, _("The sign “%(label)s” shows nothing any more.") % {"label": row.label})
    return redirect("signs")
