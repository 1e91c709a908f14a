"""Notices: read what was told, write and publish what will be; and mails that need a person."""

from typing import Annotated, Literal

from django.utils.translation import gettext as _
from ninja import Path, Query, Router
from ninja.responses import Status

from vigie.api import asks, shapes
from vigie.api.auth import operation, sees_contacts
from vigie.api.outages import Number
from vigie.api.paging import Limit, Offset, page
from vigie.api.people import Call
from vigie.api.showing import version_out, version_refs
from vigie.kernel.errors import Missing
from vigie.notices import queries as notices
from vigie.notices.models import Version
from vigie.outages import actions, queries
from vigie.outages.models import Outage
from vigie.people.rules import Scope
from vigie.post.queries import needing_a_person

router = Router(tags=["Notices"])

VersionNumber = Annotated[int, Path(ge=1, lt=2**53, description="id of a version")]


def _found(version: int) -> tuple[Version, Outage]:
    row = notices.version(version)
    outage = queries.outage_ids([row.notice.thread_id]).get(row.notice.thread_id)
    if outage is None:
        raise Missing("notice.missing", _("There is no such notice."))
    return row, queries.outage(outage)


@router.get(
    "/notices", summary="Notices, newest first", **operation(Scope.READ, shapes.Page[shapes.VersionRef])
)
def all_notices(
    request: Call,
    state: Annotated[
        Literal["published", "open"], Query("published", description="open: begun, not out yet")
    ],
    limit: Limit,
    offset: Offset,
) -> shapes.Page[shapes.VersionRef]:
    """What was told; or with `state=open` what is being written, oldest first."""
    rows = notices.drafts() if state == "open" else notices.published_versions()
    return page(request, rows, limit, offset, version_refs)


@router.get(
    "/notices/{version}", summary="One version with its words", **operation(Scope.READ, shapes.VersionOut)
)
def one_notice(request: Call, version: VersionNumber) -> shapes.VersionOut:  # noqa: ARG001 # ninja hands every operation the request
    """News, flash and mail in both languages; of a draft, a preview and what it still lacks."""
    return version_out(*_found(version))


@router.get(
    "/outages/{number}/notices",
    summary="What was told of it",
    **operation(Scope.READ, list[shapes.VersionRef]),
)
def told(request: Call, number: Number) -> list[shapes.VersionRef]:  # noqa: ARG001 # ninja hands every operation the request
    """Every published version, oldest first, corrections included."""
    row = queries.outage(number)
    return version_refs(notices.published(row.thread), {row.thread_id: row.pk})


@router.post(
    "/outages/{number}/notices",
    summary="Begin the next notice",
    **operation(Scope.PUBLISH, shapes.VersionOut),
)
def compose(request: Call, number: Number, body: asks.ComposeIn) -> shapes.VersionOut:
    """The open draft of this kind, begun from the facts if there is none."""
    outage = queries.outage(number)
    return version_out(actions.compose(request.auth, outage, body.kind), outage)


@router.put(
    "/notices/{version}", summary="Save the free words", **operation(Scope.PUBLISH, shapes.VersionOut)
)
def edit(request: Call, version: VersionNumber, body: asks.EditIn) -> shapes.VersionOut:
    """An approval falls: it was for other words."""
    row, outage = _found(version)
    actions.edit(
        request.auth,
        outage,
        row,
        paragraphs=body.paragraphs,
        flashes=body.flashes,
        expected_edits=body.expected_edits,
    )
    return version_out(row, outage)


@router.post("/notices/{version}/approve", summary="Approve", **operation(Scope.PUBLISH, shapes.VersionOut))
def approve(request: Call, version: VersionNumber) -> shapes.VersionOut:
    """The follower says that this may leave; what leaves is frozen."""
    row, outage = _found(version)
    actions.approve(request.auth, outage, row)
    return version_out(row, outage)


@router.post("/notices/{version}/publish", summary="Publish", **operation(Scope.PUBLISH, shapes.PublishedOut))
def publish(request: Call, version: VersionNumber) -> shapes.PublishedOut:
    """Lets an approved version leave, once: a second call is refused with 409."""
    row, outage = _found(version)
    mails = actions.publish(request.auth, outage, row)
    return shapes.PublishedOut(mails=mails, version=version_out(row, outage))


@router.post(
    "/notices/{version}/correct",
    summary="Begin a correction",
    **operation(Scope.PUBLISH, shapes.VersionOut, status=201),
)
def correct(request: Call, version: VersionNumber, body: asks.WhyIn) -> Status[shapes.VersionOut]:
    """A new version of the same notice, from the facts as they are now known."""
    row, outage = _found(version)
    made = actions.correct(request.auth, outage, row, why=body.why)
    return Status(201, version_out(made, outage))


@router.post(
    "/notices/{version}/discard", summary="Give a draft up", **operation(Scope.PUBLISH, shapes.VersionOut)
)
def discard(request: Call, version: VersionNumber, body: asks.WhyNotIn) -> shapes.VersionOut:
    """It is kept, and never leaves."""
    row, outage = _found(version)
    actions.discard(request.auth, outage, row, why=body.why)
    return version_out(row, outage)


@router.get(
    "/deliveries",
    summary="Mails that need a person",
    **operation(Scope.READ, shapes.Page[shapes.DeliveryOut]),
)
def deliveries(request: Call, limit: Limit, offset: Offset) -> shapes.Page[shapes.DeliveryOut]:
    """What nobody will try again by itself: set apart, or in doubt. Addresses need the scope `contacts`."""
    contacts = sees_contacts(request.auth)
    return page(
        request,
        needing_a_person(),
        limit,
        offset,
        lambda found: [
            shapes.DeliveryOut(
                id=row.pk,
                channel=row.channel,
                recipient=row.recipient if contacts else None,
                topic=row.topic,
                state=row.state,
                attempt=row.attempt,
                attempted_at=row.attempted_at,
                last_error=row.last_error if contacts else row.last_error.replace(row.recipient, "…"),
            )
            for row in found
        ],
    )
