"""A client of Statuspage that others wrote, from a public registry, reads the static folder."""

import functools
import http.server
import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cast import Cast
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


def test_a_client_of_others_reads_an_outage(cast: Cast, served: str, tmp_path: Path) -> None:
    npm, node = shutil.which("npm"), shutil.which("node")
    if not npm or not node:
        pytest.skip("needs node and npm")
    outage = outages.declare_sudden(cast.amina, services={"storage": "down"}).outage
    version = outages.compose(cast.lucie, outage)
    outages.approve(cast.lucie, outage, version)
    outages.publish(cast.lucie, outage, version)
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
    assert found["upcoming"]["scheduled_maintenances"] == found["all"]["scheduled_maintenances"] == []
