"""What every list and form page of the house shares: carrying rows away, and a form that calls one verb."""

import csv
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from vigie.kernel.access import P, allowed
from vigie.kernel.errors import Forbidden, VigieError
from vigie.lib.sheet import cell
from vigie.people.models import Person
from vigie.people.rules import Role
from vigie.web.middleware import status_of

Record = Mapping[str, Any]


def words_of(request: HttpRequest, name: str = "q") -> str:
    """A filter of the address, as something that can be searched for."""
    return request.GET.get(name, "").strip()[:200]


def carried(
    request: HttpRequest, name: str, columns: Sequence[str], rows: Iterable[Record]
) -> HttpResponse | None:
    """The rows as a file where the address asks for `format=csv` or `json`; None: show the page."""
    shape = request.GET.get("format", "")
    if shape == "json":
        text = json.dumps({name: [dict(row) for row in rows]}, ensure_ascii=False, indent=1)
        response = HttpResponse(text, content_type="application/json; charset=utf-8")
    elif shape == "csv":
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response.write("\ufeff")  # so that a spreadsheet reads the accents
        writer = csv.writer(response)
        writer.writerow(columns)
        writer.writerows([cell(row[column]) for column in columns] for row in rows)
    else:
        return None
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{shape}"'
    return response


def may(person: Person, permission: P, table: Mapping[P, frozenset[Role]]) -> bool:
    """Whether to show a way to an act; the verb itself decides."""
    return allowed(person, permission, table)


def only(person: Person, permission: P, table: Mapping[P, frozenset[Role]]) -> None:
    """Refuse a page that is a form for an act this person may not do."""
    if not allowed(person, permission, table):
        raise Forbidden(
            "forbidden",
            _("Your role does not let you change this."),
            hint=_("Ask a lead or an administrator."),
        )


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: an empty POST is one too, a GET never."""
    return request.POST if request.method == "POST" else None


def blame(form: forms.Form, error: VigieError) -> None:
    """Show a verb's refusal beside the field it speaks of, everything typed kept."""
    form.add_error(error.field if error.field in form.fields else None, str(error))


def form_page(
    request: HttpRequest,
    form: forms.Form,
    run: Callable[[Mapping[str, Any]], str],
    *,
    sentence: str,
    button: str,
    back: str,
    why: str = "",
    done: str = "",
    danger: bool = False,
    extra: Mapping[str, Any] | None = None,
    template: str = "house/form.html",
) -> HttpResponse:
    """A page that asks and calls one verb: `run` takes what was typed and returns where to go next.

    A refusal stands beside its field, with everything that was typed; `done` is said on the next page.
    """
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                target = run(form.cleaned_data)
            except VigieError as error:
                blame(form, error)
                status = status_of(error)
            else:
                if done:
                    messages.success(request, done)
                return redirect(target)
    context = {
        "form": form,
        "sentence": sentence,
        "why": why,
        "button": button,
        "back": back,
        "danger": danger,
        **(extra or {}),
    }
    return render(request, template, context, status=status)
