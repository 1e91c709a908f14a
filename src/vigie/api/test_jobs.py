"""A script reads findings, slow jobs and one job; Support exempts; nobody reads users' jobs without the scope."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.cast import Cast
from tests.support.farm import HOSTILE, farm_of_users, lake_in, sample

from vigie.jobs.findings import synthesis
from vigie.jobs.models import BatchSource
from vigie.kernel import clock as now_is
from vigie.kernel.clock import Clock


@pytest.fixture(autouse=True)
def _farm(tmp_path: Path, cast: Cast, clock: Clock) -> Iterator[None]:
    with lake_in(tmp_path):
        farm_of_users()
        sample({2})
        synthesis.look_at_running()
        yield


def test_a_script_reads_what_is_wrong_and_whose_it_is(cast: Cast, caller):
    script = caller(cast.lucie, ["jobs"])
    told = script.get("/jobs/explain").json()
    assert (told["jobs"], told["flagged"], told["findings"][0]["where"]) == (600, 200, {"rack": "r2"})
    [found] = script.get("/jobs/findings").json()["items"]
    assert found["course"] == "new"
    assert "in rack r2" in found["sentence"]["en"]
    full = script.get(f"/jobs/findings/{found['id']}").json()
    assert len(full["history"]) == 1
    assert {share["experiment"] for share in full["shares"]} == {"orion", "lyra", ""}
    behind = script.get(f"/jobs/findings/{found['id']}/jobs?limit=5").json()
    assert (behind["count"], len(behind["items"])) == (200, 5)
    assert script.get("/jobs/findings?gone_since=2026-01-01T00:00:00Z").json()["count"] == 0
    assert script.get("/jobs/findings/9999").status_code == 404


def test_a_script_reads_slow_jobs_and_one_job(cast: Cast, caller):
    script = caller(cast.lucie, ["jobs"])
    slow = script.get("/jobs/slow?user=anna&limit=200").json()
    assert {row["user"] for row in slow["items"]} == {"anna"}
    assert all(row["detectors"] and row["lost_core_hours"] > 0 for row in slow["items"])
    assert script.get("/jobs/slow?order=name").status_code == 422
    assert script.get("/jobs/slow?since=2026-11-01T00:00:00Z").json()["count"] == 0
    [attempt] = script.get("/jobs/attempts?cluster=farm&id=0").json()
    assert attempt["name"] == HOSTILE
    assert len(attempt["curve"]["points"]) == 1
    assert script.get("/jobs/attempts?cluster=farm&id=none").status_code == 404
    BatchSource.objects.create(name="farm", adapter="slurm", cluster="farm", problem="down")
    assert script.get("/jobs/sources").json()[0]["problem"] == "down"


def test_support_exempts_and_others_do_not(cast: Cast, caller):
    until = (now_is.now() + timedelta(days=2)).isoformat()
    body = {"kind": "user", "value": "anna", "reason": "Agreed.", "until": until}
    assert caller(cast.amina).post("/jobs/exemptions", body).status_code == 403
    script = caller(cast.lucie, ["jobs"])
    made = script.post("/jobs/exemptions", body)
    assert made.status_code == 201
    assert script.post("/jobs/exemptions", body | {"until": "2020-01-01T00:00:00Z"}).status_code == 422
    assert script.post("/jobs/exemptions", body | {"kind": "planet"}).status_code == 422
    assert script.get("/jobs/exemptions").json()["count"] == 1
    assert script.post(f"/jobs/exemptions/{made.json()['id']}/end").status_code == 200
    assert script.post(f"/jobs/exemptions/{made.json()['id']}/end").status_code == 409
    assert script.get("/jobs/exemptions?ended=true").json()["count"] == 1


def test_one_more_wrong_field_is_said_in_the_singular(cast: Cast, caller):
    error = caller(cast.lucie, ["jobs"]).get("/jobs/attempts").json()["error"]
    assert error["hint"] == "1 autre champ est faux."


@pytest.mark.parametrize(
    "path", ["explain", "findings", "slow", "attempts?cluster=farm&id=1", "sources", "exemptions"]
)
def test_without_the_scope_nobody_reads_users_jobs(cast: Cast, caller, path: str):
    assert caller(cast.lucie, ["read", "contacts"]).get(f"/jobs/{path}").status_code == 403
    assert caller(None).get(f"/jobs/{path}").status_code == 401
