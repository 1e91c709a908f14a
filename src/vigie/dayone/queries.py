"""Reads over files that were brought in."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from vigie.dayone.kinds import KINDS
from vigie.dayone.models import Upload, UploadState
from vigie.kernel.access import Actor
from vigie.kernel.errors import Forbidden, Missing


def kinds_for(actor: Actor) -> list[str]:
    """The kinds that this person may bring in and carry away."""
    found = []
    for name, kind in KINDS.items():
        try:
            kind.require(actor)
        except Forbidden:
            continue
        found.append(name)
    return found


def uploads(actor: Actor) -> QuerySet[Upload]:
    """Files of the kinds that this person may bring in, newest first."""
    return Upload.objects.filter(kind__in=kinds_for(actor)).select_related("by").defer("content", "seen")


def upload_for(actor: Actor, pk: int) -> Upload:
    """One file that was sent; `Missing` if there is none, or not for this person."""
    found = (
        Upload.objects.filter(kind__in=kinds_for(actor))
        .select_related("by")
        .defer("content")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Missing("import.missing", _("There is no such file; it may have been forgotten since."))
    return found


def wanted() -> QuerySet[Upload]:
    """Files that somebody wants applied, oldest first."""
    return Upload.objects.filter(state=UploadState.WANTED).order_by("pk")


def anything_wanted() -> bool:
    return wanted().exists()
