"""The composer: write, look, save, approve, publish."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from vigie.kernel.errors import Conflict, Missing, Refused, VigieError
from vigie.notices import queries as notices
from vigie.notices.models import Version, VersionState
from vigie.notices.rules import Kind
from vigie.outages import actions, queries
from vigie.outages.models import Outage
from vigie.web.access import StaffRequest, staff
from vigie.web.composer import present, told
from vigie.web.composer.forms import ComposerForm
from vigie.web.middleware import status_of

OPEN = frozenset({VersionState.DRAFT, VersionState.APPROVED})


@staff
@require_POST
def new(request: StaffRequest, pk: int) -> HttpResponse:
    """Begin the notice that comes next (or of the kind asked for), or take up its draft; then to its composer."""
    outage = queries.outage(pk)
    asked = request.POST.get("kind", "")
    version = actions.compose(request.user, outage, Kind(asked) if asked in set(Kind) else None)
    return redirect("notice_version", outage.pk, version.pk)


def found(pk: int, version_pk: int) -> tuple[Outage, Version]:
    """The outage and one version of one of its notices; `Missing` if it is another outage's."""
    outage, version = queries.outage(pk), notices.version(version_pk)
    if version.notice.thread_id != outage.thread_id:
        raise Missing("notice.missing", _("There is no such notice."))
    return outage, version


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def notice(request: StaffRequest, pk: int, version_pk: int) -> HttpResponse:
    """One version: the composer while it is open, what left once it is published."""
    outage, version = found(pk, version_pk)
    if request.method == "POST":
        return _act(request, outage, version)
    if version.state in OPEN:
        return _screen(request, outage, version)
    return told.show(request, outage, version)


def _act(request: StaffRequest, outage: Outage, version: Version) -> HttpResponse:
    """One click on one of the composer's buttons. A refusal keeps everything that was typed."""
    do = request.POST.get("do", "save")
    if version.state not in OPEN:
        return _too_late(request, outage, version)
    form = ComposerForm(request.POST)
    if not form.is_valid() or do == "preview":
        return _screen(request, outage, version, form=form, status=200 if do == "preview" else 422)
    try:
        with transaction.atomic():
            done = _do(request, outage, version, form, do)
    except VigieError as error:
        again = found(outage.pk, version.pk)
        if again[1].state not in OPEN:
            return _too_late(request, *again)
        return _screen(request, *again, form=form, error=error, status=status_of(error))
    if form.taken_out:
        n = form.taken_out
        text = ngettext(
            "%(n)d character that can’t be shown was taken out of your text.",
            "%(n)d characters that can’t be shown were taken out of your text.",
            n,
        )
        messages.warning(request, text % {"n": n})
    messages.success(request, done)
    if do == "discard":
        return redirect("outage", outage.pk)
    return redirect("notice_version", outage.pk, version.pk)


def _do(request: StaffRequest, outage: Outage, version: Version, form: ComposerForm, do: str) -> str:
    """The verbs behind one button, in one transaction; returns what to tell the person."""
    user = request.user
    if do == "discard":
        actions.discard(user, outage, version, why=request.POST.get("why", "")[:500])
        return _("The draft is discarded; it can still be read.")
    _refuse_unread_facts(outage, version, form, do)
    changed = actions.edit(
        user,
        outage,
        version,
        paragraphs=form.paragraphs(),
        flashes=form.flashes(),
        next_update_by=None if do == "save" and form.only_proposed else form.promised,
        expected_edits=form.cleaned_data["seen"],
    )
    if do in {"approve", "publish"} and version.state != VersionState.APPROVED:
        actions.approve(user, outage, version)
    if do == "publish":
        mails = actions.publish(user, outage, version)
        if not mails:
            return _("Published on the site; no contact has an address, so no mail was made.")
        return ngettext(
            "Published: %(n)d mail is on its way; the site and the flash follow at once.",
            "Published: %(n)d mails are on their way; the site and the flash follow at once.",
            mails,
        ) % {"n": mails}
    if do == "approve":
        return _("Approved. It leaves when somebody publishes it.")
    return _("The draft is saved.") if changed else _("Nothing to save: nothing has changed.")


def _refuse_unread_facts(outage: Outage, version: Version, form: ComposerForm, do: str) -> None:
    """Nobody approves or publishes facts that changed after the page was shown to them."""
    seen = form.cleaned_data["facts"]
    if (
        do in {"approve", "publish"}
        and seen
        and seen != present.fingerprint(present.facts_for(outage, version))
    ):
        raise Refused(
            "notice.facts_changed",
            _("The facts changed while you were writing; they are shown anew."),
            hint=_("Read the notice again, then approve it."),
        )


def _too_late(request: StaffRequest, outage: Outage, version: Version) -> HttpResponse:
    """A second click, or a colleague was faster: say so, and show what left. Nothing is sent twice."""
    if version.state == VersionState.PUBLISHED:
        who = version.published_by.name if version.published_by else "Vigie"
        text = _("This notice was published already, by %(name)s; nothing was sent twice.") % {"name": who}
        messages.info(request, text)
    else:
        messages.info(request, _("This draft was discarded; nothing of it was sent."))
    return redirect("notice_version", outage.pk, version.pk)


def _screen(
    request: StaffRequest,
    outage: Outage,
    version: Version,
    *,
    form: ComposerForm | None = None,
    error: VigieError | None = None,
    status: int = 200,
) -> HttpResponse:
    context = _context(request, outage, version, form, error)
    return render(request, "composer/composer.html", context, status=status)


def _context(
    request: StaffRequest,
    outage: Outage,
    version: Version,
    form: ComposerForm | None,
    error: VigieError | None = None,
) -> dict[str, Any]:
    bound = form is not None
    form = form or ComposerForm()
    form.show_promise(outage.next_update_by)
    facts = present.facts_for(outage, version, form.promised if bound else present.next_word(outage, version))
    stands = present.initial(outage, version, facts)
    form.initial = stands
    shown = present.rendered(outage, version, facts, form)
    saved = notices.last_saved(version)
    problems = present.faults(version, facts, form)
    return {
        "outage": outage,
        "version": version,
        "kind": present.kind_words(version),
        "heading": present.heading(version, facts),
        "effect": facts.worst_effect if facts.services and facts.state == "ongoing" else "ok",
        "facts": facts,
        "form": form,
        "seen": _seen(form, stands, error) if bound else stands,
        "parts": present.parts(version, facts, form, shown, _theirs(form, stands, error)),
        "shown": shown,
        "problems": problems,
        "error": error,
        "saved": saved,
        "readers": present.readers(outage),
        "rights": present.rights(request.user, outage, version),
        "due": queries.due(outage),
        "sender": present.mail_sender(),
        "limit": present.LIMIT,
        "language": (get_language() or "fr")[:2],
        "changes": told.changes(notices.before(version), shown) if version.correction else [],
    }


def _seen(form: ComposerForm, stands: dict[str, Any], error: VigieError | None) -> dict[str, Any]:
    """What the writer has read. It moves on only where this page tells them what is new: otherwise a second click
    would overwrite a colleague's words, or approve facts, that nobody pointed out.
    """
    seen = {name: form.data.get(name, "") for name in ("seen", "facts", "promise", "proposed")}
    if isinstance(error, Conflict):
        seen["seen"] = stands["seen"]
    if error is not None and error.code == "notice.facts_changed":
        seen["facts"] = stands["facts"]
    return seen


def _theirs(form: ComposerForm, stands: dict[str, Any], error: VigieError | None) -> dict[str, str]:
    """A colleague's words, where they differ from what was typed; only after a conflict."""
    if not isinstance(error, Conflict):
        return {}
    saved = {name: str(stands.get(name, "")) for name in form.fields if "-" in name}
    return {name: text for name, text in saved.items() if text != form.text(name)}


@require_POST
def preview(request: HttpRequest, pk: int, version_pk: int) -> HttpResponseBase:
    """What stands beside the text while it is written: nothing is saved."""
    if not request.user.is_authenticated:  # never reload the page: words are being typed in it
        return render(request, "composer/session_over.html", status=403)
    return _live(request, pk=pk, version_pk=version_pk)


@staff
def _live(request: StaffRequest, pk: int, version_pk: int) -> HttpResponse:
    outage, version = found(pk, version_pk)
    form = ComposerForm(request.POST)
    form.is_valid()  # a time that can't be read yet is shown as the remark it is
    return render(request, "composer/live.html", _context(request, outage, version, form) | {"oob": True})
