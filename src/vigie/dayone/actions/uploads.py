"""Files sent by the page: kept while somebody looks, applied by the worker, which goes on after a crash."""

from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from vigie.dayone.actions.files import Outcome, apply, look
from vigie.dayone.difference import Difference, as_words
from vigie.dayone.events import DayOneAudit
from vigie.dayone.kinds import KINDS
from vigie.dayone.models import Upload, UploadState
from vigie.dayone.queries import wanted
from vigie.dayone.table import BadLine
from vigie.kernel import audit, clock, journal
from vigie.kernel.errors import Refused, VigieError
from vigie.kernel.lifecycle import change_one
from vigie.people.models import Person

log = journal.of(__name__)

SHOWN = 500  # rows of each sort that the page shows; the file itself says the rest
BAD_KEPT = 10_000
TOLD_EVERY = 20  # rows between two words about the progress


def keep(person: Person, kind: str, *, name: str, content: bytes, toml: bool) -> Upload:
    """Look at a file and keep it with what it would do. Nothing of what it says is written.

    Raises what `look` raises; the file is then not kept.
    """
    seen = look(person, KINDS[kind], content, toml=toml)
    return Upload.objects.create(
        kind=kind,
        name=name[:200],
        toml=toml,
        content=content,
        by=person,
        made_at=clock.now(),
        fingerprint=seen.fingerprint,
        seen=_seen(seen),
        steps=len(seen.steps),
    )


def _seen(seen: Difference) -> dict[str, Any]:
    """The difference as the page shows it."""
    return {
        "added": len(seen.added),
        "changed": len(seen.changed),
        "unchanged": seen.unchanged,
        "absent": len(seen.absent),
        "bad": [_bad(line) for line in seen.bad[:BAD_KEPT]],
        "bad_count": len(seen.bad),
        "unread": list(seen.unread)[:50],
        "absent_names": list(seen.absent[:SHOWN]),
        "added_rows": [
            [step.number, seen.label(step), as_words(seen.kind, step)] for step in seen.added[:SHOWN]
        ],
        "changed_rows": [
            [step.number, seen.label(step), as_words(seen.kind, step)] for step in seen.changed[:SHOWN]
        ],
    }


def _bad(line: BadLine) -> dict[str, Any]:
    return {"line": line.number, "reason": line.reason, "text": line.text}


@transaction.atomic
def want(person: Person, upload: Upload) -> None:
    """Have it applied as it was seen; by whoever may, once. A second person gets `Conflict`."""
    KINDS[upload.kind].require(person)
    if upload.state != UploadState.LOOKED:
        raise Refused(
            "import.wanted",
            _("This file is applied already, or is being applied."),
            hint=_("Send it again to see what it would still change."),
        )
    change_one(upload, expect={"state": UploadState.LOOKED}, state=UploadState.WANTED, by=person)
    audit.record(
        DayOneAudit.WANTED, actor=person, subject=upload, changes={"kind": upload.kind, "name": upload.name}
    )


def carry_out_wanted() -> int:
    """Apply what is wanted, oldest first; returns how many files that were. Called by the worker."""
    found = list(wanted())
    for upload in found:
        carry_out(upload)
    return len(found)


def carry_out(upload: Upload) -> None:
    """Apply one file in the name of who sent it. Begun before a crash, it is finished: whole rows stand already."""
    with translation.override(upload.by.language):
        try:
            outcome = _apply(upload)
        except VigieError as error:
            _end(upload, UploadState.FAILED, {"problem": str(error), "bad": []})
            return
    bad = [_bad(line) for line in outcome.bad[:BAD_KEPT]]
    counts = {"added": outcome.added, "changed": outcome.changed, "unchanged": outcome.unchanged}
    _end(upload, UploadState.APPLIED, {**counts, "bad": bad, "bad_count": len(outcome.bad)})


def _apply(upload: Upload) -> Outcome:
    kind = KINDS[upload.kind]
    seen = look(upload.by, kind, bytes(upload.content or b""), toml=upload.toml)
    if upload.begun_at is None:
        if seen.fingerprint != upload.fingerprint:
            raise Refused(
                "import.moved",
                _(
                    "What this file would do has changed since you looked: somebody changed Vigie, or the file."
                ),
                hint=_("Send it again and look at the difference."),
            )
        _note(upload, begun_at=clock.now())
    before = upload.steps - len(seen.steps)  # written before a crash

    def progress(done: int) -> None:
        if done % TOLD_EVERY == 0:
            _note(upload, done=max(before, 0) + done)

    return apply(upload.by, seen, progress=progress)


def _note(upload: Upload, **changes: Any) -> None:
    Upload.objects.filter(pk=upload.pk).update(**changes)


@transaction.atomic
def _end(upload: Upload, state: UploadState, outcome: dict[str, Any]) -> None:
    changes = {"outcome": outcome, "content": None, "done": upload.steps, "ended_at": clock.now()}
    change_one(upload, expect={"state": UploadState.WANTED}, state=state, **changes)
    told = {key: value for key, value in outcome.items() if key != "bad"}
    kind = DayOneAudit.APPLIED if state == UploadState.APPLIED else DayOneAudit.FAILED
    audit.record(kind, actor=upload.by, subject=upload, changes={"kind": upload.kind, **told})
    log.info("import.ended", upload=upload.pk, kind=upload.kind, state=str(state))
