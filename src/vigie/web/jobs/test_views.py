"""The pages on jobs: with nothing, with a farm, with hostile names; what they say is what the lake holds."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pyarrow.parquet as pq
import pytest
from django.test import Client
from tests.support.cast import SUNDAY, Cast
from tests.support.farm import HOSTILE, NODES, batch, farm_of_users, job, lake_in, sample

from vigie.jobs.findings import synthesis
from vigie.jobs.findings.models import Exemption, Finding, OutageWindow
from vigie.jobs.findings.queries import farm
from vigie.jobs.findings.queries.jobs import job as job_of
from vigie.jobs.models import BatchSource
from vigie.kernel.clock import Clock
from vigie.services.models import Service
from vigie.web.jobs.rows import reasons

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
ENGLISH = {"Accept-Language": "en"}
PAGES = (
    "/desk/jobs",
    "/desk/jobs/list",
    "/desk/jobs/experiments",
    "/desk/jobs/nodes",
    "/desk/jobs/peers",
    "/desk/jobs/exemptions",
)


@pytest.fixture(autouse=True)
def _lake(tmp_path: Path) -> Iterator[None]:
    with lake_in(tmp_path):
        yield


@pytest.fixture
def desk(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.lucie, backend=BACKEND)
    return client


@pytest.fixture
def bad_rack(desk: Client) -> Finding:
    """Rack r2 crawls; yesterday's jobs were well."""
    farm_of_users()
    ended = [
        job(number, SUNDAY, bad=False, ended=SUNDAY - timedelta(hours=12 + number % 20))
        for number in range(60)
    ]
    farm.lake().write_jobs(batch(ended), SUNDAY - timedelta(hours=1))
    sample({2}, at=SUNDAY - timedelta(hours=1))
    sample({2}, at=SUNDAY)
    synthesis.look_at_running()
    return Finding.objects.get()


def text(client: Client, path: str, **query: str) -> str:
    answer = client.get(path, query, headers=ENGLISH)
    assert answer.status_code == 200, path
    return answer.content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_without_any_job_every_page_teaches(desk: Client, path: str):
    page = text(desk, path)
    assert 'class="empty"' in page
    assert "style=" not in page


def test_the_page_opens_with_what_is_wrong_and_whose_it_is(desk: Client, bad_rack: Finding):
    page = text(desk, "/desk/jobs")
    assert "Of 600 running jobs 200 waste" in page
    assert "One cause explains 100" in page
    assert f'href="/desk/jobs/findings/{bad_rack.pk}"' in page
    assert "in rack r2" in page
    assert "Operations" in page.split('class="whom"')[1].split("</p>")[0]


def test_a_finding_shows_its_jobs_and_why_each_was_named(desk: Client, bad_rack: Finding):
    page = text(desk, f"/desk/jobs/findings/{bad_rack.pk}")
    assert "See its 200 jobs" in page
    assert "an efficiency of" in page
    assert "reportseff" in page  # the source of the threshold
    listed = text(desk, "/desk/jobs/list", finding=str(bad_rack.pk))
    assert "200 bad jobs run now" in listed
    assert "1–50 of 200" in listed


def test_only_outages_of_its_own_time_stand_beside_a_finding(desk: Client, cast: Cast, bad_rack: Finding):
    path = f"/desk/jobs/findings/{bad_rack.pk}"
    assert 'aria-current="page">What is wrong' in text(desk, path)
    OutageWindow.objects.create(
        outage_id=7, service=Service.objects.all()[0], effect="down", starts_at=SUNDAY - timedelta(hours=1)
    )
    assert "/outages/7" in text(desk, path)
    before = SUNDAY - timedelta(days=3)
    Finding.objects.update(since=before, first_seen=before, seen_running=None, seen_finished=before)
    assert "/outages/7" not in text(desk, path)


def test_a_finding_that_is_gone_still_shows(desk: Client, bad_rack: Finding):
    Finding.objects.update(presence="gone", course="gone", gone_at=SUNDAY)
    page = text(desk, f"/desk/jobs/findings/{bad_rack.pk}")
    assert "None any more" in page
    assert "in rack r2" in text(desk, "/desk/jobs").split("Gone lately")[1]
    assert desk.get(f"/desk/jobs/findings/{bad_rack.pk + 1}").status_code == 404


def test_the_list_filters_pages_and_sorts_by_its_address(desk: Client, bad_rack: Finding):
    assert "600 jobs run now" in text(desk, "/desk/jobs/list", all="1")
    assert "200 jobs run now" in text(desk, "/desk/jobs/list", all="1", user="anna")
    assert "No job fits" in text(desk, "/desk/jobs/list", rack="r9")
    second = text(desk, "/desk/jobs/list", page="2", sort="elapsed")
    assert "51–100 of 200" in second
    assert 'aria-sort="descending"><a href="?sort=elapsed"' in second
    for odd in (
        {"page": "9999999"},
        {"page": "-1"},
        {"sort": "; DROP"},
        {"when": "yesterday"},
        {"finding": "x"},
    ):
        assert "bad job" in text(desk, "/desk/jobs/list", **odd)


def test_the_loss_of_a_job_that_ended_is_not_called_a_rate(desk: Client, bad_rack: Finding):
    ended = text(desk, "/desk/jobs/list", all="1", when=f"{SUNDAY - timedelta(days=1):%Y-%m-%d}")
    assert "Core-hours lost" in ended
    assert "Core-hours a day" not in ended
    assert "Core-hours a day" in text(desk, "/desk/jobs/list")
    assert "Core-hours lost" not in text(desk, f"/desk/jobs/findings/{bad_rack.pk}")
    Finding.objects.update(basis="finished")
    its_jobs = text(desk, f"/desk/jobs/findings/{bad_rack.pk}").split('id="its-jobs"')[1]
    assert "Core-hours a day" not in its_jobs


def test_what_is_carried_away_is_every_row_that_fits(desk: Client, bad_rack: Finding):
    query = {"all": "1", "user": "nemo"}
    rows = list(
        csv.DictReader(
            io.StringIO(
                desk.get("/desk/jobs/list", {**query, "format": "csv"}).content.decode("utf-8-sig"),
                newline="",
            )
        )
    )
    assert len(rows) == 200
    assert not [row for row in rows if row["name"].startswith("=")]
    answer = desk.get("/desk/jobs/list", {**query, "format": "parquet"})
    table = pq.read_table(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined] # streamed
    assert table.num_rows == 200
    assert HOSTILE in table.column("name").to_pylist()  # a program gets what was typed
    found = json.loads(desk.get("/desk/jobs/nodes", {"format": "json"}).content)["nodes"]
    assert {row["node"] for row in found} == set(NODES)


def test_nodes_experiments_and_peers_say_what_is_in_the_lake(desk: Client, bad_rack: Finding):
    nodes = text(desk, "/desk/jobs/nodes")
    assert "4 of 12 nodes run jobs that waste their cores" in nodes
    assert f"node={NODES[8]}&amp;" in nodes
    experiments = text(desk, "/desk/jobs/experiments")
    assert "<svg" in experiments
    assert "95%" in experiments
    peers = text(desk, "/desk/jobs/peers", experiment="orion")
    assert "beside" in peers
    assert "style=" not in nodes + experiments + peers


def test_one_job_shows_its_curve_and_its_reasons(desk: Client, bad_rack: Finding):
    page = text(desk, "/desk/jobs/job/farm/8")
    assert "has wasted" in page
    assert "what its cores allow" in page
    assert "1 look, as a table" in page
    named = reasons(job_of("farm", "8")[0])
    assert len(named) > 1
    assert all(reason["why"] and reason["thresholds"] for reason in named)
    assert desk.get("/desk/jobs/job/farm/none").status_code == 404
    assert len(json.loads(desk.get("/desk/jobs/job/farm/8", {"format": "json"}).content)["job-8"]) == 1


@pytest.mark.parametrize("name", [HOSTILE, "x" * 1_000_000, "\u202eevil\u2066", "a\nb\x00c"])
def test_a_hostile_name_is_shown_safely_and_cut(desk: Client, name: str):
    farm_of_users()
    odd = "17[1-3]/<b>"
    rows = [job(1, SUNDAY, bad=True, name=name, job_id=odd, user="<i>u"), job(2, SUNDAY, bad=False)]
    farm.lake().write_sample("farm", batch(rows), SUNDAY)
    synthesis.look_at_running()
    for path in ("/desk/jobs", "/desk/jobs/list", f"/desk/jobs/job/farm/{quote(odd, safe='')}"):
        page = text(desk, path)
        assert "<script>alert" not in page
        assert "<i>u" not in page
        assert len(page) < 60_000
        assert "\u202e" not in page


def test_an_exemption_is_made_shown_and_ended(desk: Client, bad_rack: Finding):
    form = text(desk, "/desk/jobs/exemptions/+add", kind="job", value="8", cluster="farm")
    assert 'value="8"' in form
    words = {"kind": "user", "value": "anna", "reason": "Reads tapes.", "until": "+10d"}
    refused = desk.post("/desk/jobs/exemptions/+add", {**words, "until": "yesterday"})
    assert refused.status_code == 422
    assert "Reads tapes." in refused.content.decode()
    assert desk.post("/desk/jobs/exemptions/+add", {**words, "until": "2026-12-01 12:00"}).status_code == 302
    row = Exemption.objects.get()
    assert "Reads tapes." in text(desk, "/desk/jobs/exemptions")
    assert desk.post(f"/desk/jobs/exemptions/{row.pk}/end").status_code == 302
    nobody = {**words, "kind": "user", "value": "nobody-ever", "until": "2026-12-01 12:00"}
    answer = desk.post("/desk/jobs/exemptions/+add", nobody, follow=True, headers={"accept-language": "en"})
    assert "No job of “nobody-ever” is known" in answer.content.decode()
    assert "1 that is over" in text(desk, "/desk/jobs/exemptions")


def test_the_page_says_that_a_batch_system_is_away_and_that_the_picture_is_old(
    desk: Client, bad_rack: Finding, clock: Clock
):
    clock.tick(hours=3)
    BatchSource.objects.create(
        name="farm",
        adapter="slurm",
        sampled_at=SUNDAY,
        asked_at=clock.now(),
        away_since=SUNDAY,
        problem="slurmctld <did not> answer",
    )
    page = text(desk, "/desk/jobs")
    assert "This is old:" in page
    assert "no longer asked" in page  # it is not in the configuration of this test
    assert "<did not>" not in page
