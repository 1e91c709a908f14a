"""What the invented centre has planned: one outage announced, one that waits for its follower, a template with drafts."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from vigie.demo.play import leave, settle_mails
from vigie.kernel.clock import clock
from vigie.lib.localtime import instant
from vigie.lib.workdays import add_working_days
from vigie.outages import actions, queries
from vigie.outages.actions import Window
from vigie.outages.models import Outage
from vigie.people.queries import person_by_login

TEMPLATE = "os-updates"


def _at(now: datetime, working_days: int, hour: int) -> datetime:
    zone = ZoneInfo(settings.TIME_ZONE)
    day = add_working_days(now.astimezone(zone).date(), working_days)
    return instant(datetime.combine(day, time(hour)), zone)


def told_ahead(now: datetime) -> Outage:
    """Announced a week ago, in six working days: its reminders will leave by themselves."""
    start = _at(now, 6, 8)
    contact, follower = person_by_login("ndeye"), person_by_login("lucie")
    with clock.travel(now - timedelta(days=7)):
        outage = actions.plan(
            contact,
            windows={
                "tape": Window("down", start, start + timedelta(hours=6)),
                "transfers": Window("at_risk", start, start + timedelta(hours=2)),
            },
            title_fr="Nouveau micrologiciel du robot à bandes",
            title_en="New firmware of the tape robot",
            asked_follower=follower,
            key=f"demo-plan-told-{start:%Y%m%d}",
        )
        clock.tick(minutes=50)
        actions.accept_following(follower, outage)
        clock.tick(hours=3)
        words = {
            "fr": "Le robot reçoit un nouveau micrologiciel. Les fichiers présents sur disque restent lisibles.",
            "en": "The robot gets new firmware. Files that are on disk can still be read.",
        }
        leave(follower, outage, actions.compose(follower, outage), words)
        settle_mails()
    return outage


def asked(now: datetime) -> Outage:
    """A draft with three works; Camille is asked to follow it."""
    start = _at(now, 14, 7)
    contact = person_by_login("bruno")
    outage = actions.plan(
        contact,
        windows={
            "network": Window("degraded", start, start + timedelta(hours=5)),
            "disk": Window("down", start, start + timedelta(hours=7)),
            "farm": Window("at_risk", start, start + timedelta(hours=8)),
        },
        title_fr="Remplacement du cœur de réseau",
        title_en="Replacement of the network core",
        asked_follower=person_by_login("camille"),
        key=f"demo-plan-asked-{start:%Y%m%d}",
    )
    works = (
        ("Remplacer le commutateur central", "équipe réseau", 0, 3, ("network",), ()),
        ("Mettre à jour les serveurs de disques", "équipe stockage", 3, 6, ("disk",), (1,)),
        ("Changer les onduleurs de la salle 2", "équipe infrastructure", 1, 4, (), ()),
        ("Contrôler les accès depuis la ferme", "équipe calcul", 6, 8, ("farm",), (2, 3)),
    )
    for what, who, first, last, services, after in works:
        actions.add_intervention(
            contact,
            outage,
            what=what,
            who=who,
            starts_at=start + timedelta(hours=first),
            ends_at=start + timedelta(hours=last),
            services=services,
            after=after,
        )
    return outage


def template(now: datetime) -> None:
    """Updates on the second Tuesday of each month; the next three are planned."""
    operator = person_by_login("amina")
    row = actions.save_template(
        operator,
        code=TEMPLATE,
        title_fr="Mises à jour des machines de connexion",
        title_en="Updates of the login machines",
        services={"interactive": "down", "notebooks": "at_risk"},
        at=time(9, 0),
        minutes=120,
        recurrence="FREQ=MONTHLY;BYDAY=2TU",
    )
    first = (now + timedelta(days=21)).date()
    dates = actions.occurrences(row, first, first + timedelta(days=150))[:3]
    actions.plan_from_template(operator, row, first=first, last=dates[-1].date())


def plan_ahead(now: datetime) -> None:
    """Whatever of this is not ahead any more is planned anew: a demo started months later has a future too."""
    ahead = list(queries.planned())
    if not any(row.state == "announced" for row in ahead):
        told_ahead(now)
    if not any(row.state == "draft" and row.template_id is None for row in ahead):
        asked(now)
    if not any(row.template_id for row in ahead):
        template(now)
