"""Send a file, see what it would change, have it applied; carry the same away."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vigie.dayone import actions, queries
from vigie.dayone.export import FORMATS, export
from vigie.dayone.kinds import KINDS, kind_of
from vigie.dayone.models import Upload, UploadState
from vigie.kernel.errors import Forbidden, Missing, VigieError
from vigie.web.access import StaffRequest, staff
from vigie.web.dayone.forms import SendForm
from vigie.web.lists import blame, carried, posted, words_of
from vigie.web.middleware import status_of

RECENT = 20
TYPES = {"csv": "text/csv; charset=utf-8", "toml": "application/toml; charset=utf-8"}


def _for_some(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for whoever may bring in at least one kind."""

    @wraps(view)
    def guarded(request: StaffRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not queries.kinds_for(request.user):
            raise Forbidden(
                "forbidden",
                _("Your role brings nothing in and carries nothing away."),
                hint=_("Ask a lead or an administrator."),
            )
        return view(request, *args, **kwargs)

    return guarded


@staff
@require_http_methods(["GET", "HEAD", "POST"])
@_for_some
def imports(request: StaffRequest) -> HttpResponse:
    """Choose what a file holds and send it; what was sent lately stands below."""
    names = queries.kinds_for(request.user)
    files = request.FILES if request.method == "POST" else None
    form = SendForm(posted(request), files, kinds=names, initial={"kind": words_of(request, "kind")})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return redirect("import_file", _keep(request, form).pk)
            except VigieError as error:
                blame(form, error)
                status = status_of(error)
    context = {
        "form": form,
        "kinds": [KINDS[name] for name in names],
        "recent": queries.uploads(request.user)[:RECENT],
    }
    return render(request, "dayone/imports.html", context, status=status)


def _keep(request: StaffRequest, form: SendForm) -> Upload:
    name, content = form.source()
    toml = name.lower().endswith(".toml") or (not name and content.lstrip().startswith(b"[["))
    kind = form.cleaned_data["kind"]
    return actions.keep(request.user, kind, name=name or _("pasted lines"), content=content, toml=toml)


@staff
@require_safe
@_for_some
def upload(request: StaffRequest, pk: int) -> HttpResponse:
    """One file: what it would change; then how far it is; then what became of it."""
    one = queries.upload_for(request.user, pk)
    told = one.outcome if one.state == UploadState.APPLIED else one.seen
    context = {
        "one": one,
        "kind": KINDS[one.kind],
        "told": told,
        "bad_more": told.get("bad_count", 0) - len(one.bad[:200]),
        "is_looked": one.state == UploadState.LOOKED,
        "is_wanted": one.state == UploadState.WANTED,
        "is_applied": one.state == UploadState.APPLIED,
    }
    return render(request, "dayone/upload.html", context)


@staff
@require_POST
@_for_some
def apply(request: StaffRequest, pk: int) -> HttpResponse:
    actions.want(request.user, queries.upload_for(request.user, pk))
    return redirect("import_file", pk)


@staff
@require_safe
@_for_some
def aside(request: StaffRequest, pk: int) -> HttpResponse:
    """The lines kept aside, as a file to be mended and sent again."""
    one = queries.upload_for(request.user, pk)
    file = carried(request, f"import-{pk}-kept-aside", ("line", "reason", "text"), one.bad)
    return file or redirect(f"{request.path}?format=csv")


@staff
@require_safe
@_for_some
def exports(request: StaffRequest) -> HttpResponse:
    """Every kind that this person may carry away, in each format."""
    context = {"kinds": [KINDS[name] for name in queries.kinds_for(request.user)], "formats": FORMATS}
    return render(request, "dayone/exports.html", context)


@staff
@require_safe
@_for_some
def export_file(request: StaffRequest, kind: str, shape: str) -> HttpResponse:
    if kind not in KINDS or shape not in FORMATS:
        raise Missing("export.missing", _("There is no such file to carry away."))
    response = HttpResponse(export(request.user, kind_of(kind), shape), content_type=TYPES[shape])
    response.headers["Content-Disposition"] = f'attachment; filename="{kind}.{shape}"'
    return response
