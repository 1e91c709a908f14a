"""Hand-overs and calls at the command line."""

import json
import shlex
from datetime import timedelta

import pytest
from tests.support.cast import SUNDAY, Cast
from tests.support.manual import MANUAL

from vigie.duty.actions import add_shift
from vigie.duty.escalation.models import CallingPolicy, Escalation
from vigie.duty.handover import actions
from vigie.duty.models import Duty
from vigie.kernel.access import System
from vigie.kernel.clock import Clock

END = SUNDAY + timedelta(hours=6)


@pytest.fixture
def handing(cast: Cast, clock: Clock) -> Cast:
    Duty.objects.filter(pk=cast.production.pk).update(checklist_fr="Clés", checklist_en="Keys")
    CallingPolicy.objects.create(duty=cast.production, hands_over=True)
    add_shift(
        System(), duty=cast.production, person=cast.bruno, starts_at=END, ends_at=END + timedelta(hours=9)
    )
    clock.set(END - timedelta(minutes=30))
    actions.tend()
    return cast


def test_a_shift_is_handed_over_at_the_command_line(vigie, handing: Cast):
    seen = json.loads(vigie("duty", "handover", "show", "--json", user="amina").out)
    assert (seen["state"], seen["outgoing"]["login"], seen["next"]["login"]) == ("open", "amina", "bruno")
    too_early = vigie("duty", "handover", "accept", user="bruno")
    assert too_early.code == 1
    assert vigie("duty", "handover", "give", "--done", "7", user="amina").code == 1
    given = vigie("duty", "handover", "give", "--notes", "Lift.", "--done", "1", "--json", user="amina")
    assert given.code == 0, given.err
    assert json.loads(given.out)["checklist"][0]["by"] == "Amina Martin"
    number = str(seen["id"])
    assert vigie("duty", "handover", "ask", number, "Which lift?", user="bruno").code == 0
    assert vigie("duty", "handover", "give", "--notes", "The one in hall B.", user="amina").code == 0
    taken = vigie("duty", "handover", "accept", "--json", user="bruno")
    assert json.loads(taken.out)["accepted_by"]["login"] == "bruno"
    assert vigie("duty", "handover", "accept", number, user="odile").code == 1
    assert "The one in hall B." in vigie("duty", "handover", "show", number, user="amina").out
    listed = json.loads(vigie("duty", "handover", "list", "--person", "bruno", "--json", user="amina").out)
    assert [row["state"] for row in listed] == ["accepted"]


def test_a_call_is_made_answered_and_done_at_the_command_line(vigie, cast: Cast):
    made = vigie("duty", "calls", "make", "production", "Smoke in row C", "--json", user="lucie")
    assert made.code == 0, made.err
    number = str(json.loads(made.out)["id"])
    assert "Smoke in row C" in vigie("duty", "calls", "list", user="lucie").out
    answered = json.loads(vigie("duty", "calls", "answer", number, "--json", user="amina").out)
    assert (answered["state"], answered["acknowledged_by"]["login"]) == ("acknowledged", "amina")
    assert vigie("duty", "calls", "answer", number, user="bruno").code == 1
    assert "Amina Martin" in vigie("duty", "calls", "show", number, user="lucie").out
    assert vigie("duty", "calls", "done", number, user="amina").code == 0
    assert json.loads(vigie("duty", "calls", "list", "--json", user="lucie").out) == []
    assert vigie("duty", "calls", "make", "nothing", "Smoke", user="lucie").code == 2


def test_the_commands_of_the_manual_run_in_its_order(vigie, handing: Cast):
    text = (MANUAL / "escalation-and-handover.md").read_text("utf-8")
    lines = [line.removeprefix("$ vigie ") for line in text.splitlines() if line.startswith("$ vigie ")]
    assert len(lines) == 9
    for line in lines:
        words = shlex.split(line)
        if "calls" in words and words[-1] == "1":
            words[-1] = str(Escalation.objects.get().pk)
        ran = vigie(*words, user="bruno" if "accept" in words else "amina")
        assert ran.code == 0, f"{line}: {ran.err}"
    assert Escalation.objects.get().closed_at is not None
