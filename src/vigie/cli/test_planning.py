"""Planning an outage at the command line, and what is refused."""

from datetime import time

from tests.support.cast import Cast

from vigie.kernel.clock import Clock
from vigie.outages import actions
from vigie.outages.models import Outage

WINDOW = ("--from", "2026-12-08 08:00", "--to", "2026-12-08 18:00")


def test_a_planned_outage_from_plan_to_announcement(vigie, cast: Cast, clock: Clock):
    ran = vigie("outage", "plan", "storage", "farm:at_risk", *WINDOW, "--ask", "lucie", user="amina")
    assert ran.code == 0, ran.err
    n = str(Outage.objects.get().pk)
    assert n in vigie("outage", "planned").out
    early = vigie("outage", "update", n, "--publish", user="lucie")
    assert early.code == 1  # nobody follows it yet
    assert vigie("outage", "follow", n, user="lucie").code == 0
    assert vigie("outage", "update", n, "--publish", user="lucie").code == 0
    assert vigie("outage", "move", n, "2026-12-09 08:00", "--why", "parts", user="amina").code == 0
    assert (
        vigie(
            "outage",
            "window",
            n,
            "site",
            *WINDOW[:0],
            "--from",
            "2026-12-09 08:00",
            "--to",
            "2026-12-09 09:00",
            user="amina",
        ).code
        == 0
    )
    assert vigie("outage", "spare", n, "site", user="amina").code == 0
    assert vigie("outage", "start", n, user="lucie").code == 1
    assert vigie("outage", "cancel", n, "--why", "ill", user="amina").code == 0
    assert Outage.objects.get().state == "cancelled"


def test_wrong_times_names_and_days_say_what_to_do(vigie, cast: Cast, clock: Clock):
    for words in (
        ("plan", "storage", "--from", "soon", "--to", "2026-12-08 18:00"),
        ("plan", "storage", "--from", "2020-12-08 08:00", "--to", "2020-12-08 18:00"),
        ("plan", "golf", *WINDOW),
        ("plan", "storage", *WINDOW, "--ask", "nobody"),
        ("repeat", "patch-day", "--from", "someday"),
        ("repeat", "nothing", "--from", "2026-12-01"),
    ):
        ran = vigie("outage", *words, user="amina")
        assert ran.code == 2, words
        assert ran.err
        assert "Traceback" not in ran.err


def test_a_template_is_repeated_and_again_changes_nothing(vigie, cast: Cast, clock: Clock):
    actions.save_template(
        cast.amina,
        code="patch-day",
        title_fr="Mises à jour",
        title_en="Patches",
        services={"farm": "degraded"},
        at=time(9, 0),
        minutes=120,
        recurrence="FREQ=MONTHLY;BYDAY=2TU",
    )
    words = ("outage", "repeat", "patch-day", "--from", "2026-12-01", "--to", "2027-02-28")
    assert vigie(*words, user="amina").out.count("\n") == 3
    vigie(*words, user="amina")
    assert Outage.objects.count() == 3
