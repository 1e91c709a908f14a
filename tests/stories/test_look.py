"""From jobs in the lake to findings: a bad rack among good jobs, an outage that explains, an exemption, a day judged."""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.cast import Cast
from tests.support.farm import batch, farm_of_users, job, lake_in, sample
from vigie.jobs.findings import actions, synthesis
from vigie.jobs.findings.models import Finding, OutageWindow, Synthesis
from vigie.jobs.findings.queries import charts, farm, findings
from vigie.jobs.findings.queries import jobs as jobs_
from vigie.jobs.findings.queries.jobs import JobFilter
from vigie.jobs.findings.rules import Basis, Presence
from vigie.kernel import clock as now_is
from vigie.kernel.access import System
from vigie.kernel.clock import Clock
from vigie.kernel.errors import BadInput, Missing
from vigie.outages.actions import declare_sudden, end, false_alarm
from vigie.reactions.jobs import note_outage

VIGIE = System()
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _lake(tmp_path: Path) -> Iterator[None]:
    with lake_in(tmp_path):
        yield


@pytest.fixture
def farm_of(cast: Cast) -> Cast:
    """The cast, with accounts on the cluster `farm` (nemo has none) and a map of its nodes."""
    farm_of_users()
    return cast


def test_a_bad_rack_is_found_by_its_cause_and_its_jobs_can_be_read(farm_of: Cast, clock: Clock) -> None:
    assert not synthesis.running_due()
    sample({2})
    assert synthesis.running_due()
    assert synthesis.look_at_running() == 1
    assert not synthesis.running_due()
    finding = Finding.objects.get()
    assert finding.where == {"rack": "r2"}
    assert (finding.jobs, finding.flagged, finding.users, finding.presence) == (200, 200, 3, Presence.HERE)
    # 6 h × 4 cores × 99 % of 200 jobs, lost so far; and in a day at this rate
    assert finding.lost_core_hours == pytest.approx(200 * 24 * 0.99, rel=0.02)
    assert finding.lost_per_day == pytest.approx(200 * 96 * 0.99, rel=0.02)
    assert "r2" in finding.sentence_fr
    assert "in rack r2" in finding.sentence_en
    whose = {share.experiment and share.experiment.code: share.flagged for share in findings.shares(finding)}
    assert sum(whose.values()) == 200
    assert set(whose) == {"orion", "lyra", None}
    page = jobs_.jobs_of(finding, limit=10)
    assert (page.count, len(page.rows)) == (200, 10)
    assert all(one.rack == "r2" and one.bad and one.detectors for one in page.rows)
    assert jobs_.jobs(JobFilter(equal={"experiment": "-"})).count == 200
    assert jobs_.slow_jobs(JobFilter(equal={"user": "anna"})).count == whose["orion"]
    assert jobs_.jobs(JobFilter(words="<script>")).count == 12
    with pytest.raises(BadInput):
        jobs_.jobs(JobFilter(equal={"1=1 --": "x"}))
    with pytest.raises(BadInput):
        jobs_.jobs(JobFilter(order="name; DROP"))
    overview = findings.overview()
    assert overview is not None
    assert (overview.jobs, overview.flagged, overview.causes) == (600, 200, 1)
    assert overview.explained == pytest.approx(1.0)


def test_one_job_with_its_curve_its_peers_and_the_nodes(farm_of: Cast, clock: Clock) -> None:
    for hour in range(3):
        at = now_is.now() + hour * HOUR
        rows = [
            job(
                1,
                at,
                bad=False,
                started=now_is.now() - HOUR,
                elapsed_s=3600 * (hour + 1),
                cpu_s=1800.0 * (hour + 1),
            )
        ]
        farm.lake().write_sample("farm", batch(rows), at)
    clock.tick(hours=2)
    [one] = jobs_.job("farm", "1")
    assert (one.person, one.experiment, one.rack) == (None, "lyra", "r0")
    curve = jobs_.curve(one)
    assert [point.cpu_s for point in curve.points] == [1800, 3600, 5400]
    assert curve.points[0].efficiency is None
    assert curve.points[2].efficiency == pytest.approx(1800 / 3600 / 4)
    assert (curve.cores, curve.limit_s) == (4, 86_400)
    with pytest.raises(Missing):
        jobs_.job("farm", "2")
    ended = [job(number, now_is.now(), bad=False, ended=now_is.now() - HOUR) for number in range(1, 40, 3)]
    farm.lake().write_jobs(batch(ended), now_is.now())
    found = charts.peers(one)
    assert (found.jobs, found.experiment) == (13, "lyra")
    assert found.median == pytest.approx(0.95)
    assert sum(found.counts) == 13
    [heat] = charts.node_heat()
    assert (heat.node, heat.rack, heat.jobs, heat.flagged) == ("n01", "r0", 1, 0)
    series = charts.efficiency_by_experiment(7)
    assert [one.experiment for one in series] == ["lyra"]
    assert len(series[0].days) == 8
    assert [day.efficiency for day in series[0].days if day.efficiency] == [pytest.approx(0.95)]


def test_an_outage_of_what_the_farm_needs_explains_and_a_false_alarm_does_not(
    farm_of: Cast, clock: Clock
) -> None:
    before = now_is.now()
    outage = declare_sudden(
        farm_of.amina, services={"storage": "down"}, starts_at=before - 5.9 * HOUR, key="k"
    ).outage
    note_outage({"outage_id": outage.pk})
    assert OutageWindow.objects.get().ends_at is None
    sample({2})
    synthesis.look_at_running()
    assert not Finding.objects.exists()  # the storage was away nearly all their time
    false_alarm(farm_of.amina, outage, why="A probe was wrong.")
    note_outage({"outage_id": outage.pk})
    assert not OutageWindow.objects.exists()
    clock.tick(minutes=20)
    sample({2})
    synthesis.look_at_running()
    assert Finding.objects.get().flagged == 200


def test_the_window_of_an_outage_ends_with_it(farm_of: Cast, clock: Clock) -> None:
    outage = declare_sudden(farm_of.amina, services={"storage": "down"}, key="k").outage
    clock.tick(hours=1)
    end(farm_of.amina, outage, data_lost="no")
    note_outage({"outage_id": outage.pk})
    note_outage({"outage_id": outage.pk})
    window = OutageWindow.objects.get()
    assert window.ends_at == now_is.now()
    assert farm.outages(now_is.now() - HOUR, now_is.now()).num_rows == 1
    assert farm.outages(now_is.now() + HOUR, now_is.now() + 2 * HOUR).num_rows == 0


def test_who_is_exempt_is_not_bad_until_the_exemption_ends(farm_of: Cast, clock: Clock) -> None:
    until = now_is.now() + HOUR
    actions.exempt(farm_of.lucie, kind="experiment", value="orion", reason="A test.", until=until)
    actions.exempt(farm_of.lucie, kind="job", cluster="farm", value="10", reason="Known.", until=until)
    actions.exempt(farm_of.lucie, kind="job", cluster="other", value="11", reason="Elsewhere.", until=until)
    sample({2})
    synthesis.look_at_running()
    slow = {one.job_id for one in jobs_.slow_jobs(JobFilter(), limit=500).rows}
    assert "10" not in slow
    assert "11" in slow
    assert not any(int(number) % 3 == 0 for number in slow)  # anna's
    clock.tick(hours=2)
    sample({2})
    synthesis.look_at_running()
    assert Finding.objects.get(where={"rack": "r2"}).flagged == 200


def test_what_ended_on_a_day_is_judged_once_the_next_morning(farm_of: Cast, clock: Clock) -> None:
    noon = datetime(2026, 11, 21, 12, tzinfo=UTC)
    rows = [job(number, noon, bad=number % 12 // 4 == 2, ended=noon) for number in range(600)]
    rows += [
        job(1000 + number, noon, bad=True, ended=noon + 12 * HOUR) for number in range(60)
    ]  # past midnight
    farm.lake().write_jobs(batch(rows), now_is.now())
    assert synthesis.days_due() == [date(2026, 11, 21)]
    synthesis.look_at_day(date(2026, 11, 21))
    assert synthesis.days_due() == []
    look = Synthesis.objects.get()
    assert (look.basis, look.jobs, look.flagged) == (Basis.FINISHED, 600, 200)
    finding = Finding.objects.get()
    assert (finding.where, finding.basis) == ({"rack": "r2"}, Basis.FINISHED)
    assert jobs_.jobs_of(finding).count == 200
    assert [one.lost_core_hours for one in charts.lost_by_day()] == [look.lost_core_hours]
    synthesis.look_at_day(date(2026, 11, 21))
    assert (Synthesis.objects.count(), Finding.objects.count()) == (1, 1)


def test_a_farm_without_a_fault_has_no_finding_and_no_mail(farm_of: Cast, clock: Clock) -> None:
    sample(set())
    synthesis.look_at_running()
    assert not Finding.objects.exists()
    look = Synthesis.objects.get()
    assert (look.jobs, look.flagged, look.lost_per_day) == (600, 0, 0)
    assert actions.send_digests() == 0


@pytest.mark.slow
@pytest.mark.parametrize("ahead", [timedelta(days=1), timedelta(days=365)])
def test_a_clock_that_ran_ahead_stops_no_look_once_it_is_right_again(
    farm_of: Cast, clock: Clock, ahead: timedelta
) -> None:
    sample({2})
    synthesis.look_at_running()
    clock.tick(hours=ahead / HOUR)
    sample({2})
    synthesis.look_at_running()
    clock.tick(hours=1 - ahead / HOUR)
    sample({1})
    for path in farm.lake().latest_files():
        os.utime(path, (now_is.now().timestamp(),) * 2)
    assert synthesis.running_due()
    assert synthesis.look_at_running() == 1
    assert not synthesis.running_due()
    assert {one.where["rack"] for one in Finding.objects.all()} == {"r1", "r2"}
    assert Finding.objects.get(where__rack="r1").seen_running == now_is.now()
    assert not Synthesis.objects.filter(at__gt=now_is.now()).exists()
    assert findings.overview().at <= now_is.now()  # type: ignore[union-attr] # there was a look
    clock.tick(hours=4)
    sample({1})
    for path in farm.lake().latest_files():
        os.utime(path, (now_is.now().timestamp(),) * 2)
    synthesis.look_at_running()
    assert [one.where["rack"] for one in findings.present()] == ["r1"]


@pytest.mark.slow
def test_a_cause_called_by_a_dash_or_by_hostile_signs_has_its_own_jobs(farm_of: Cast, clock: Clock) -> None:
    for name in ("-", "'; DROP TABLE jobs; --", "a|b\nc", "\u202exyz", "x" * 10**5, "NULL", "a\x00b"):
        clock.tick(hours=1)
        at = now_is.now()
        rows = [
            job(n, at, bad=n % 5 == 0, user=name if n % 5 == 0 else ("anna", None)[n % 2]) for n in range(600)
        ]
        farm.lake().write_sample("farm", batch(rows), at)
        synthesis.look_at_running()
        finding = Finding.objects.get(seen_running=at)
        assert finding.where == {"user": name.replace("\x00", "\ufffd")}, name
        assert (finding.flagged, finding.users) == (120, 1)
        assert jobs_.jobs_of(finding).count == 120
        assert finding.sentence_fr.isprintable() or "\u202f" in finding.sentence_fr


def test_what_a_killed_look_left_behind_goes(farm_of: Cast, clock: Clock) -> None:
    sample({2})
    synthesis.look_at_running()
    [kept] = farm.slow_root().glob("cluster=*/*.parquet")
    left, fresh = kept.with_name(".0123456789abcdef"), kept.with_name(".fedcba9876543210")
    for path in (left, fresh):
        path.write_bytes(b"PAR1")
    os.utime(left, (0, 0))
    synthesis.forget_before(now_is.now() - timedelta(days=90))
    assert (left.exists(), fresh.exists(), kept.exists()) == (False, True, True)
