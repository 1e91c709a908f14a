"""The hand-over that the reader gives or takes, as a task of their desk."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from vigie.duty.handover import queries
from vigie.people.models import Person
from vigie.web.desk.task import Task


def handover_tasks(reader: Person, language: str) -> Iterator[Task]:
    """To be given by the outgoing, to be accepted by the next; due when the shift changes, not when somebody is called."""
    for row in queries.unsettled()[:20]:
        late, following = queries.late(row), queries.next_of(row)
        if late is None:
            continue
        takes = following.person is not None and following.person.pk == reader.pk
        if not (takes if late.what == "accept" else row.outgoing_id == reader.pk):
            continue
        words = _("Hand-over to accept") if takes and late.what == "accept" else _("Hand-over to give")
        yield Task(
            kind="handover",
            what=f"{words} · {row.duty.name(language)}",
            url=row.path,
            at=following.at,
            due=True,
            verb=_("Accept the hand-over") if late.what == "accept" else _("Give the hand-over"),
            status="at_risk",
        )
