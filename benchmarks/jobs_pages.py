"""The pages on jobs with 30,000 running jobs, asked one after the other in one process: no detector runs for a reader."""

import sys
import time
from datetime import timedelta
from pathlib import Path

import _lab

RUNNING, ASKED = _lab.number("RUNNING", 30_000), _lab.number("ASKED", 30)
PAGES = (
    "/desk/jobs",
    "/desk/jobs/list",
    "/desk/jobs/list?all=1&page=40",
    "/desk/jobs/nodes",
    "/desk/jobs/experiments",
    "/desk/jobs/peers?experiment=lyra",
)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def prepare() -> str:
    """A demo's centre whose farm is thirty times as large; returns how long the judgement of what runs took."""
    from vigie.demo import actions, farm, farm_facts  # noqa: PLC0415 # after Django is set up
    from vigie.jobs.findings import synthesis  # noqa: PLC0415 # same
    from vigie.jobs.findings.queries.farm import lake  # noqa: PLC0415 # same
    from vigie.kernel import clock  # noqa: PLC0415 # same

    now = clock.now()
    actions.mark()
    actions.fill()
    day, found = farm.ended(now - timedelta(days=3), now), [farm.live(now)]
    like_running = day.slice(0, 1)  # its schema
    while sum(part.num_rows for part in found) < RUNNING:
        number = len(found)
        part = farm.live(now - timedelta(hours=7 * number))
        ids = [f"{number}-{one}" for one in part.column("job_id").to_pylist()]
        found.append(part.set_column(1, like_running.schema.field(1), _lab_array(ids)))
    moment = now + timedelta(minutes=11)
    rows = lake().write_sample(farm_facts.CLUSTER, found, moment)
    with clock.clock.travel(moment + timedelta(seconds=1)):
        began = time.perf_counter()
        synthesis.look_at_running()
        took = time.perf_counter() - began
    return f"{rows} running jobs; judged in {took:.1f} s"


def _lab_array(values: list[str]) -> object:
    import pyarrow as pa  # noqa: PLC0415 # same

    return pa.array(values)


def main() -> None:
    with _lab.folder() as data:
        _lab.set_up(data, VIGIE_SITE_HOSTS="testserver")
        from django.test import Client  # noqa: PLC0415 # after Django is set up

        from vigie.people.models import Person  # noqa: PLC0415 # same

        made = prepare()
        client = Client()
        client.force_login(Person.objects.get(login="lucie"), backend=BACKEND)
        rows = []
        for path in PAGES:
            took = []
            for _turn in range(ASKED):
                began = time.perf_counter()
                answer = client.get(path)
                took.append((time.perf_counter() - began) * 1000)
                if answer.status_code != 200:  # noqa: PLR2004 # OK of HTTP
                    raise SystemExit(f"{path}: {answer.status_code}")
            rows.append(
                (
                    path,
                    f"{took[0]:.0f}",
                    f"{_lab.percentile(took[1:], 0.5):.0f}",
                    f"{_lab.percentile(took[1:], 0.95):.0f}",
                    f"{len(answer.content) / 1000:.0f}",
                )
            )
        _lab.table(f"pages on jobs: {made}", ("page", "first ms", "p50 ms", "p95 ms", "kB"), rows)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    main()
