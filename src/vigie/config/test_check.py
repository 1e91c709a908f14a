"""What check-config says of a batch system."""

import pytest

from vigie.config.check import findings_of_batch
from vigie.jobs.rules import Asked


@pytest.mark.parametrize(("program", "ok"), [("/bin/true", True), ("/no/such/tool", False), ("/usr", False)])
def test_a_command_that_does_not_exist_is_a_fault(settings, program, ok):
    own = {"cluster": "farm", "running": [program], "finished": ["/bin/true"]}
    settings.BATCH = {"farm": Asked("command", 300, 60, 120, 100, 1, own)}
    [found] = findings_of_batch()
    assert found.ok is ok
    assert ok or program in found.words
