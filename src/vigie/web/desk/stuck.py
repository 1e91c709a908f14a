"""What goes on behind the pages and can't go on without a person: mails, addresses, incoming mail, reactions."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vigie.kernel import events
from vigie.kernel.access import allowed
from vigie.notices import queries as notices
from vigie.notices.subscriptions import queries as subscriptions
from vigie.outages import queries as outages
from vigie.outages.models import Outage
from vigie.outages.texts import headline, path
from vigie.people.models import Person
from vigie.people.rules import Role
from vigie.post import queries as post
from vigie.post.actions import PERMISSIONS as POST
from vigie.post.actions import PostPermission
from vigie.post.queries import Stuck
from vigie.reactions.actions import PERMISSIONS as REACTIONS
from vigie.reactions.actions import ReactionPermission
from vigie.web.desk.task import Task, short

SEES_ALL = frozenset({Role.LEAD, Role.ADMINISTRATOR})  # of what belongs to nobody's outage


def stuck_tasks(reader: Person, language: str) -> Iterator[Task]:
    """Deliveries that nobody will try again by itself: one task per outage of the reader's, one for all that is nobody's."""
    rows = post.stuck()
    if not rows:
        return
    threads = notices.threads_of_topics(row.topic for row in rows)
    held = outages.looked_after(threads.values())
    of_outage: dict[Outage, list[Stuck]] = {}
    nobodys: list[Stuck] = []
    for row in rows:
        outage = held.get(threads.get(row.topic, 0))
        if outage is None:
            nobodys.append(row)
        elif reader.pk in {outage.contact_id, outage.follower_id}:
            of_outage.setdefault(outage, []).append(row)
    outages.with_lines(of_outage)
    for outage, group in of_outage.items():
        words = {"n": sum(row.count for row in group), "line": headline(outage, language)}
        yield _stuck(
            group, _("Mails that did not arrive: %(n)s · %(line)s") % words, f"{path(outage)}#h-mails"
        )
    if nobodys and reader.roles & SEES_ALL and allowed(reader, PostPermission.RESOLVE, POST):
        n = sum(row.count for row in nobodys)
        what = ngettext(
            "%(n)s message of no outage did not arrive", "%(n)s messages of no outage did not arrive", n
        )
        yield _stuck(nobodys, what % {"n": n}, "/mail/deliveries")


def _stuck(rows: list[Stuck], what: str, url: str) -> Task:
    in_doubt = sum(row.in_doubt for row in rows)
    doubt = ngettext("%(n)s in doubt", "%(n)s in doubt", in_doubt) % {"n": in_doubt}
    return Task(
        kind="failed",
        what=what,
        url=url,
        at=min(row.since for row in rows),
        due=False,
        verb=_("See which mails failed"),
        why=doubt if in_doubt else "",
        status="degraded",
    )


def bounce_tasks(reader: Person, language: str) -> Iterator[Task]:
    """Addresses that mails come back from, to the follower of the outage they were told of.

    Gone once a person cleared the address, or nobody wants it told any more. Where no outage is open, a lead sees it.
    """
    rows = list(post.bounced_deliveries().values_list("topic", "recipient", "bounced_at"))
    if not rows:
        return
    wanted = subscriptions.still_told(recipient for _topic, recipient, _at in rows)
    threads = notices.threads_of_topics({topic for topic, _recipient, _at in rows})
    held = outages.looked_after(threads.values())
    found: dict[Outage | None, dict[str, datetime]] = {}
    for topic, recipient, at in rows:
        if at is not None and recipient.lower() in wanted:
            outage = held.get(threads.get(topic, 0))
            found.setdefault(outage, {}).setdefault(recipient.lower(), at)
    seen = {address for outage, group in found.items() if outage for address in group}
    nobodys = {address: at for address, at in found.pop(None, {}).items() if address not in seen}
    for outage in outages.with_lines(row for row in found if row and row.follower_id == reader.pk):
        yield _bounced(found[outage], headline(outage, language))
    if nobodys and Role.LEAD in reader.roles:
        yield _bounced(nobodys, "")


def _bounced(group: Mapping[str, datetime], line: str) -> Task:
    n = len(group)
    what = ngettext("Mails come back from %(n)s address", "Mails come back from %(n)s addresses", n) % {
        "n": n
    }
    return Task(
        kind="bounced",
        what=f"{what} · {line}" if line else what,
        url="/recipients#b",
        at=min(group.values()),
        due=False,
        verb=_("See the addresses"),
        why=short(", ".join(sorted(group)), 80),
        status="degraded",
    )


def mail_tasks(reader: Person) -> Iterator[Task]:
    """Mail that came in and that nobody could place, as one line."""
    if not allowed(reader, PostPermission.SORT, POST):
        return
    rows = post.unmatched()
    first = rows.order_by("received_at").first()
    if first is not None:
        n = rows.count()
        what = ngettext(
            "%(n)s mail waits for somebody to say what it is about",
            "%(n)s mails wait for somebody to say what they are about",
            n,
        )
        yield Task(
            kind="mail",
            what=what % {"n": n},
            url="/mail",
            at=first.received_at,
            due=False,
            verb=_("Look at the mail"),
            why=short(first.subject, 80) if n == 1 else "",
        )


def reaction_tasks(reader: Person) -> Iterator[Task]:
    """Steps that Vigie takes by itself and that failed for good, as one line."""
    if not allowed(reader, ReactionPermission.REPAIR, REACTIONS):
        return
    rows = events.set_apart()
    first = rows.first()
    if first is not None:
        n = rows.count()
        what = ngettext(
            "%(n)s automatic step failed and was set apart",
            "%(n)s automatic steps failed and were set apart",
            n,
        )
        yield Task(
            kind="reaction",
            what=what % {"n": n},
            url="/desk/reactions",
            at=first.event.at,
            due=False,
            verb=_("See what failed"),
            status="degraded",
        )
