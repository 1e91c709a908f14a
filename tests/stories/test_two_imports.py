"""Story: two people apply the same file at the same moment."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection
from django.utils import translation

from tests.support.cast import Cast
from vigie.dayone import actions
from vigie.dayone.kinds import KINDS
from vigie.dayone.models import Upload, UploadState
from vigie.experiments.models import Experiment, FarmAccount
from vigie.kernel.access import Actor
from vigie.kernel.errors import Conflict, Refused
from vigie.kernel.models import AuditRow

pytestmark = pytest.mark.django_db(transaction=True)
EXPERIMENTS = "code,name\n" + "".join(f"e{n},Experiment {n}\n" for n in range(12))
ACCOUNTS = "cluster,username,experiment\n" + "".join(f"farm,user{n},orion\n" for n in range(200))


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What each act gave or raised; all begin together, each with a connection of its own."""
    begin = threading.Barrier(len(acts))
    found: list[object] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            with translation.override("en"):
                begin.wait(10)
                found[place] = act()
        except Exception as error:  # noqa: BLE001 # what they would be told
            found[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


def apply(actor: Actor, kind: str, source: str, fingerprint: str) -> Callable[[], object]:
    return lambda: actions.apply_as_seen(actor, KINDS[kind], source, toml=False, fingerprint=fingerprint)


@pytest.mark.parametrize("turn", range(3))
def test_the_same_file_at_once_is_written_once(cast: Cast, turn: int):
    seen = actions.look(cast.sara, KINDS["experiments"], EXPERIMENTS, toml=False)
    found = at_once(
        apply(cast.sara, "experiments", EXPERIMENTS, seen.fingerprint),
        apply(cast.lucie, "experiments", EXPERIMENTS, seen.fingerprint),
    )
    for one in found:
        assert isinstance(one, (actions.Outcome, Conflict)), one
    assert Experiment.objects.filter(code__startswith="e").count() == 12
    again = actions.look(cast.sara, KINDS["experiments"], EXPERIMENTS, toml=False)
    assert (list(again.steps), list(again.bad), again.unchanged) == ([], [], 12)


def test_the_same_accounts_at_once_are_written_once(cast: Cast):
    seen = actions.look(cast.sara, KINDS["accounts"], ACCOUNTS, toml=False)
    found = at_once(
        apply(cast.sara, "accounts", ACCOUNTS, seen.fingerprint),
        apply(cast.lucie, "accounts", ACCOUNTS, seen.fingerprint),
    )
    for one in found:
        assert isinstance(one, (actions.Outcome, Conflict)), one
    assert FarmAccount.objects.count() == 200
    assert not actions.look(cast.sara, KINDS["accounts"], ACCOUNTS, toml=False).steps


def test_of_two_who_press_apply_one_does_it(cast: Cast):
    upload = actions.keep(cast.sara, "experiments", name="e.csv", content=EXPERIMENTS.encode(), toml=False)
    first, second = Upload.objects.get(pk=upload.pk), Upload.objects.get(pk=upload.pk)
    found = at_once(lambda: actions.want(cast.sara, first), lambda: actions.want(cast.lucie, second))
    assert found.count(None) == 1
    assert sum(isinstance(one, (Conflict, Refused)) for one in found) == 1
    assert AuditRow.objects.filter(kind="import.wanted").count() == 1
    assert actions.carry_out_wanted() == 1
    assert Upload.objects.get().state == UploadState.APPLIED
    assert Experiment.objects.filter(code__startswith="e").count() == 12
