"""A bad rack appears, grows over days, goes and comes back; who is told; what is left alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from tests.support.cast import Cast
from vigie.experiments.coverage.actions import cover
from vigie.jobs.findings import actions
from vigie.jobs.findings.actions import Found, Look, Share
from vigie.jobs.findings.events import FindingAppeared, FindingGone, FindingGrew
from vigie.jobs.findings.models import Exemption, Finding, Synthesis
from vigie.jobs.findings.queries import findings
from vigie.jobs.findings.rules import Basis, Course, Presence, local_day, slot
from vigie.jobs.findings.texts import headline
from vigie.kernel import clock as now_is
from vigie.kernel.access import System
from vigie.kernel.clock import Clock
from vigie.kernel.errors import BadInput, Forbidden, Refused
from vigie.kernel.models import AuditRow, EventRow
from vigie.post.models import Delivery

VIGIE = System()
PARIS = ZoneInfo("Europe/Paris")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def rack(cost: float = 240.0, **changes: object) -> Found:
    """Rack r12 as a look finds it; half of its loss Orion's, half nobody's."""
    share = Share("orion", flagged=20, users=2, lost_core_hours=cost / 2, lost_per_day=cost / 2)
    made = Found(
        where={"rack": "r12"},
        jobs=50,
        flagged=40,
        users=3,
        lost_core_hours=cost,
        lost_per_day=cost,
        risk_ratio=6.0,
        low=4.5,
        high=8.0,
        since=now_is.now() - 2 * HOUR,
        sentence_fr="Le rack r12 : 40 jobs lents sur 50.",
        sentence_en="Rack r12: 40 of 50 jobs are slow.",
        shares=(share, replace(share, experiment="")),
    )
    return replace(made, **changes)  # type: ignore[arg-type] # a test's shorthand


def look(*found: Found, basis: Basis = Basis.RUNNING, at: datetime | None = None) -> Synthesis:
    """Keep a look that found these, at this moment."""
    at = at or now_is.now()
    day = at.astimezone(PARIS).date()
    begins = slot(at)
    if basis is Basis.FINISHED:
        day = (at - HOUR).astimezone(PARIS).date()
        begins = local_day(day, PARIS)[0].astimezone(UTC)
    lost = sum(one.lost_core_hours for one in found)
    shares = tuple(share for one in found for share in one.shares)
    return actions.keep(
        VIGIE,
        Look(
            cluster="farm",
            basis=basis,
            at=at,
            slot=begins,
            day=day,
            jobs=1000,
            flagged=sum(one.flagged for one in found),
            users=3,
            lost_core_hours=lost * 1.25,
            lost_per_day=lost * 1.25,
            unexplained_core_hours=lost * 0.25,
            found=found,
            shares=shares,
        ),
    )


def news(kind: str) -> int:
    return EventRow.objects.filter(kind=kind).count()


def test_a_bad_rack_appears_grows_goes_and_comes_back_as_one_finding(cast: Cast, clock: Clock) -> None:
    look(rack())
    finding = Finding.objects.get()
    assert (finding.course, finding.presence, finding.flagged) == (Course.NEW, Presence.HERE, 40)
    assert finding.where == {"rack": "r12"}
    for days, cost, word in (
        (1, 250.0, Course.STEADY),
        (2, 330.0, Course.GROWING),
        (3, 345.0, Course.STEADY),
    ):
        clock.tick(hours=24)
        look(rack(cost))
        finding.refresh_from_db()
        assert (finding.course, finding.lost_per_day) == (word, cost), days
    clock.tick(hours=24)
    look(rack(200.0))
    finding.refresh_from_db()
    assert finding.course == Course.SHRINKING
    clock.tick(hours=1)
    look()  # one look without it proves nothing
    finding.refresh_from_db()
    assert finding.presence == Presence.HERE
    clock.tick(hours=2)
    look()
    finding.refresh_from_db()
    assert (finding.presence, finding.course) == (Presence.GONE, Course.GONE)
    assert not findings.present()
    assert [one.pk for one in findings.gone(now_is.now() - DAY)] == [finding.pk]
    clock.tick(hours=30)
    look(rack(90.0))
    finding.refresh_from_db()
    assert (finding.presence, finding.course, finding.gone_at) == (Presence.HERE, Course.BACK, None)
    assert Finding.objects.count() == 1
    assert [one.lost_per_day for one in findings.history(finding)] == [240, 250, 330, 345, 200, 90]
    assert [news(one.kind) for one in (FindingAppeared, FindingGrew, FindingGone)] == [2, 1, 1]
    kinds = AuditRow.objects.filter(kind__startswith="finding.").values_list("kind", flat=True)
    assert sorted(kinds) == ["finding.appeared", "finding.appeared", "finding.gone", "finding.grew"]


def test_the_same_look_again_changes_nothing_and_an_old_one_moves_no_finding(
    cast: Cast, clock: Clock
) -> None:
    before = now_is.now()
    look(rack())
    look(rack())
    assert Synthesis.objects.count() == 1
    assert news(FindingAppeared.kind) == 1
    clock.tick(hours=5)
    look(rack(300.0))
    look(rack(10.0), at=before + HOUR)  # comes late
    finding = Finding.objects.get()
    assert finding.lost_per_day == 300
    assert len(findings.history(finding)) == 3
    assert [share.experiment and share.experiment.code for share in findings.shares(finding)] == [
        "orion",
        None,
    ]


def test_a_day_judged_late_tells_that_a_cause_is_not_new(cast: Cast, clock: Clock) -> None:
    day = now_is.now()
    look(rack(), basis=Basis.FINISHED, at=day)
    assert Finding.objects.get().course == Course.NEW
    look(rack(), basis=Basis.FINISHED, at=day - 3 * DAY)
    finding = Finding.objects.get()
    assert (finding.course, finding.first_seen) == (Course.STEADY, day - 3 * DAY)


def test_days_judged_after_what_runs_tell_it_too(cast: Cast, clock: Clock) -> None:
    look(rack())
    for days in (3, 2, 1):
        look(rack(), basis=Basis.FINISHED, at=now_is.now() - days * DAY)
    look(rack())
    assert Finding.objects.get().course == Course.STEADY


def test_what_runs_is_preferred_and_what_ended_keeps_a_finding_alive(cast: Cast, clock: Clock) -> None:
    look(rack(100.0))
    look(rack(50.0), basis=Basis.FINISHED, at=local_day(now_is.now().astimezone(PARIS).date(), PARIS)[0])
    finding = Finding.objects.get()
    assert (finding.basis, finding.lost_per_day) == (Basis.RUNNING, 100)
    clock.tick(hours=9)
    look()
    finding.refresh_from_db()
    assert (
        finding.presence == Presence.HERE
    )  # yesterday's jobs showed it, and that day was not looked at again
    clock.tick(hours=12)
    look(basis=Basis.FINISHED, at=local_day(now_is.now().astimezone(PARIS).date(), PARIS)[0])
    finding.refresh_from_db()
    assert finding.presence == Presence.GONE


def test_the_first_sentence_in_both_languages(cast: Cast, clock: Clock) -> None:
    with translation.override("en"):
        assert headline(findings.overview()) == "No jobs were looked at yet."
    look()
    with translation.override("en"):
        assert headline(findings.overview()) == "None of 1,000 running jobs is known to waste its cores."
    Synthesis.objects.update(unjudged=200)
    with translation.override("en"):
        assert headline(findings.overview()).endswith("cores. 200 of them could not be measured.")
    Synthesis.objects.update(unjudged=0)
    clock.tick(hours=1)
    look(rack(3000.0), rack(448.0, where={"user": "anna"}))
    with translation.override("en"):
        assert headline(findings.overview()) == (
            "Of 1,000 running jobs 80 waste 4,310 core-hours a day. Two causes explain 80% of it."
        )
    with translation.override("fr"):
        assert headline(findings.overview()) == (
            "Sur 1\u00a0000 jobs en cours, 80 gaspillent 4\u00a0310 heures-cœur par jour."
            " Deux causes en expliquent 80\u00a0%."
        )


def test_each_support_person_gets_one_mail_a_day_in_their_language(cast: Cast, clock: Clock) -> None:
    here = now_is.now().astimezone(PARIS).date()
    cover(VIGIE, person=cast.denis, experiment=cast.orion, level="primary", starts_on=here)
    clock.tick(hours=16)  # half past six on Monday
    assert not actions.digests_due()
    assert actions.send_digests() == 0
    clock.tick(hours=1)
    assert actions.send_digests() == 0  # nothing is wrong: silence
    look(rack())
    assert actions.digests_due()
    actions.send_digests()
    actions.send_digests()
    mails = {mail.recipient: mail.payload for mail in Delivery.objects.filter(topic="jobs")}
    # Denis covers Orion; nobody is on Support duty at that hour, so its lead gets the jobs of no experiment.
    assert set(mails) == {"denis@centre.test", "sara@centre.test"}
    denis, sara = mails["denis@centre.test"], mails["sara@centre.test"]
    assert denis["subject"] == "Slow jobs on 2026-11-23: Orion"
    assert "Rack r12: 40 of 50 jobs are slow." in denis["text"]
    assert "120 core-hours a day" in denis["text"]
    assert f"/desk/jobs/findings/{Finding.objects.get().pk}" in denis["text"]
    assert "jobs sans expérience" in sara["subject"]
    assert "Le rack r12" in sara["text"]
    assert not actions.digests_due()


def test_a_cluster_that_nobody_looks_at_any_more_is_no_news(cast: Cast, clock: Clock) -> None:
    with clock.travel(datetime(2026, 11, 22, 22, 0, tzinfo=UTC)):
        look(rack())
    with clock.travel(datetime(2026, 11, 23, 0, 0, tzinfo=PARIS)):
        look(rack(), basis=Basis.FINISHED)
    with clock.travel(datetime(2026, 11, 23, 7, 0, tzinfo=PARIS)):
        actions.send_digests()
    mails = Delivery.objects.filter(topic="jobs")
    assert mails
    assert all("ended yesterday" in one.payload["text"].lower() or one.language == "fr" for one in mails)
    assert not any("running now" in one.payload["text"].lower() for one in mails)
    mails.delete()
    with clock.travel(datetime(2027, 11, 23, 7, 0, tzinfo=PARIS)):
        assert actions.send_digests() == 0


def test_jobs_of_no_experiment_go_to_who_is_on_support_duty(cast: Cast, clock: Clock) -> None:
    with clock.travel(datetime(2026, 11, 22, 14, 0, tzinfo=UTC)):
        look(rack(shares=(Share("", 4, 1, 50.0, 50.0),)))
        actions.send_digests()
    [mail] = Delivery.objects.filter(topic="jobs")
    assert mail.recipient == "lucie@centre.test"


@pytest.mark.parametrize("day", ["2026-10-25", "2027-03-28"])
def test_a_day_on_which_the_clocks_change_has_one_mail_at_seven(cast: Cast, clock: Clock, day: str) -> None:
    seven = datetime.fromisoformat(f"{day}T07:00").replace(tzinfo=PARIS).astimezone(UTC)
    with clock.travel(seven - timedelta(hours=1)):
        look(rack())
    sent = []
    for quarter in range(-20, 66):
        with clock.travel(seven + quarter * timedelta(minutes=15)):
            if actions.digests_due():
                actions.send_digests()
                sent.append(now_is.now())
    assert sent == [seven]


def test_exemptions_have_a_reason_and_an_end_and_are_supports(cast: Cast, clock: Clock) -> None:
    until = now_is.now() + 7 * DAY
    row = actions.exempt(cast.lucie, kind="user", value="anna", reason="A test run.", until=until)
    again = actions.exempt(cast.sara, kind="user", value="anna", reason="Longer.", until=until + DAY)
    assert again.pk == row.pk
    assert findings.exemptions().get().reason == "Longer."
    for wrong in (
        {"kind": "planet"},
        {"value": " "},
        {"reason": ""},
        {"until": now_is.now()},
        {"until": now_is.now() + 400 * DAY},
        {"kind": "job"},
    ):
        fields = {"kind": "user", "value": "bob", "reason": "x", "until": until} | wrong
        with pytest.raises(BadInput):
            actions.exempt(cast.lucie, **fields)  # type: ignore[arg-type] # one wrong at a time
    with pytest.raises(Forbidden):
        actions.exempt(cast.amina, kind="user", value="bob", reason="x", until=until)
    clock.tick(hours=24 * 9)
    assert not findings.exemptions()  # it ended by itself
    fresh = actions.exempt(cast.lucie, kind="user", value="anna", reason="Again.", until=now_is.now() + DAY)
    assert fresh.pk != row.pk
    actions.end_exemption(cast.lucie, fresh)
    with pytest.raises(Refused):
        actions.end_exemption(cast.lucie, Exemption.objects.get(pk=fresh.pk))
    assert findings.exemptions(ended=True).count() == 2


def test_what_is_old_goes_and_what_is_here_stays(cast: Cast, clock: Clock) -> None:
    look(rack(), rack(where={"user": "anna"}))
    clock.tick(hours=24)
    look(rack())
    assert Finding.objects.filter(presence=Presence.GONE).count() == 1
    clock.tick(hours=24)
    look(rack())
    assert actions.forget_before(now_is.now() - HOUR)
    assert [one.where for one in Finding.objects.all()] == [{"rack": "r12"}]


def test_who_is_erased_leaves_exemptions_under_a_number(cast: Cast, clock: Clock) -> None:
    row = actions.exempt(cast.lucie, kind="user", value="anna", reason="x", until=now_is.now() + DAY)
    actions.forget_exempter("Lucie Petit", "(erased 4)")
    row.refresh_from_db()
    assert row.made_by == "(erased 4)"
