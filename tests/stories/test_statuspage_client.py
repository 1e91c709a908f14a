"""A client of Statuspage that others wrote, from a public registry, reads the static folder."""

import functools
import http.server
import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.support.cast import Cast
from vigie.kernel.clock import Clock
from vigie.outages import actions as outages
from vigie.public import actions

pytestmark = pytest.mark.slow

PACKAGE = "statuspage.io@3.2.10"  # the newest one that was published with its code
READ = """
const {Statuspage} = require('statuspage.io');
const page = new Statuspage('any');
page.setApiUrl(process.argv[2]);
(async () => console.log(JSON.stringify({
  summary: await page.api.getSummary(), status: await page.api.getStatus(), components: await page.api.getComponents(),
  unresolved: await page.api.incidents.getUnresolved(), incidents: await page.api.incidents.getAll(),
  upcoming: await page.api.scheduledMaintenances.getUpcoming(), all: await page.api.scheduledMaintenances.getAll(),
})))();
"""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The folder `site`, as a host outside serves it."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

    (tmp_path / "site").mkdir()
    handler = functools.partial(Quiet, directory=str(tmp_path / "site"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_client_of_others_reads_an_outage_and_a_planned_one(
    cast: Cast, clock: Clock, served: str, tmp_path: Path
) -> None:
    npm, node = shutil.which("npm"), shutil.which("node")
    if not npm or not node:
        pytest.skip("needs node and npm")
    outage = outages.declare_sudden(cast.amina, services={"storage": "down"}).outage
    version = outages.compose(cast.lucie, outage)
    outages.approve(cast.lucie, outage, version)
    outages.publish(cast.lucie, outage, version)
    begin = clock.now() + timedelta(days=12)
    window = outages.Window("down", begin, begin + timedelta(hours=4))
    planned = outages.plan(
        cast.amina,
        windows={"farm": window},
        title_fr="Mise à jour",
        title_en="Upgrade",
        words={"fr": {"what": "Les disques changent."}, "en": {"what": "Disks are replaced."}},
    )
    outages.accept_following(cast.lucie, planned)
    announcement = outages.compose(cast.lucie, planned)
    outages.approve(cast.lucie, planned, announcement)
    outages.publish(cast.lucie, planned, announcement)
    actions.build(tmp_path / "site")
    install = [npm, "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", PACKAGE]
    subprocess.run(install, cwd=tmp_path, check=True, timeout=120)
    (tmp_path / "read.cjs").write_text(READ)
    done = subprocess.run(
        [node, "read.cjs", served], cwd=tmp_path, check=True, timeout=60, capture_output=True, text=True
    )
    found = json.loads(done.stdout)
    assert found["status"]["status"] == {"indicator": "critical", "description": "Major System Outage"}
    assert found["components"]["components"][0]["status"] == "major_outage"
    [incident] = found["unresolved"]["incidents"]
    assert incident["status"] == "investigating"
    assert found["summary"]["incidents"] == found["incidents"]["incidents"] == [incident]
    [maintenance] = found["upcoming"]["scheduled_maintenances"]
    assert (
        found["all"]["scheduled_maintenances"] == found["summary"]["scheduled_maintenances"] == [maintenance]
    )
    assert maintenance["status"] == "scheduled"
    assert datetime.fromisoformat(maintenance["scheduled_for"]) == begin
    assert datetime.fromisoformat(maintenance["scheduled_until"]) == begin + timedelta(hours=4)
    assert maintenance["incident_updates"][0]["body"]
