"""Every command at work, and what it says when it is asked for what can't be."""

import json

import pytest
from tests.support.cast import SUNDAY, Cast

from vigie.cli.main import commands
from vigie.kernel.clock import Clock
from vigie.notices.queries import open_version
from vigie.outages import actions
from vigie.outages.models import Outage
from vigie.post.models import Delivery


@pytest.fixture
def storage_down(cast: Cast) -> Outage:
    return actions.declare_sudden(cast.amina, services={"storage": "down"}).outage


def test_a_whole_outage_at_the_command_line(vigie, cast: Cast, clock: Clock):
    ran = vigie("outage", "declare", "storage", "farm:degraded", "--at", "14:20", user="amina")
    assert ran.code == 0, ran.err
    assert "contact" in ran.out
    assert "Amina Martin" in ran.out
    outage = Outage.objects.get()
    n = str(outage.pk)
    assert vigie("outage", "log", n, "Power supply 2 failed.").code == 0
    assert vigie("outage", "ask", n, "Are files safe?", "--as", "lucie").code == 0
    assert vigie("outage", "answer", n, "Yes.").code == 0
    told = vigie(
        "outage",
        "update",
        n,
        "--fr",
        "Une panne.",
        "--en",
        "A fault.",
        "--next-update",
        "+40min",
        "--publish",
        "--as",
        "lucie",
    )
    assert told.code == 0, told.err
    assert "Published; mails that leave: 3." in told.out
    assert Delivery.objects.filter(topic__startswith="notice").count() == 3
    assert vigie("outage", "promise", n, "16:00", "--as", "lucie").code == 0
    assert vigie("outage", "change", n, "farm", "--effect", "down", "--until", "17:00").code == 0
    assert vigie("outage", "add", n, "site:at_risk").code == 0
    clock.tick(minutes=10)
    assert vigie("outage", "restore", n, "storage", "farm", "site").code == 0
    assert vigie("outage", "handover", n, "contact", "bruno", "--why", "end of shift").code == 0
    ended = vigie("outage", "end", n, "--data-lost", "no", "--as", "bruno")
    assert ended.code == 0, ended.err
    assert f"vigie outage update {n}" in ended.out
    assert vigie("outage", "update", n, "--publish", "--as", "lucie").code == 0
    assert (
        vigie("outage", "review", n, "--fr", "Usure.", "--en-file", "-", "--as", "lucie", stdin="Wear.").code
        == 0
    )
    report = json.loads(vigie("outage", "report", n, "--json").out)
    assert report["to_first_notice"] == 0
    assert "kept" in vigie("outage", "report", n).out
    outage.refresh_from_db()
    assert (outage.state, outage.review_en) == ("reviewed", "Wear.")


def test_a_false_alarm_and_a_reopening(vigie, cast: Cast, storage_down: Outage):
    n = str(storage_down.pk)
    assert vigie("outage", "end", n, "--data-lost", "unknown", user="amina").code == 0
    assert vigie("outage", "data", n, "no").code == 0
    assert vigie("outage", "reopen", n, "storage", "--why", "down again").code == 0
    assert vigie("outage", "false-alarm", n, "--why", "a probe failed").code == 0


def test_the_first_notice_step_by_step(vigie, cast: Cast, storage_down: Outage):
    draft = json.loads(vigie("notice", "list", "--drafts", "--json").out)[0]["id"]
    shown = vigie("notice", "preview", str(draft))
    assert "— fr —" in shown.out
    assert "Subject: [Vigie] dCache storage" in shown.out
    assert vigie("notice", "preview", str(draft), "--lang", "en", "--shape", "flash").out.count("\n") == 2
    refused = vigie("notice", "approve", str(draft), "--as", "amina")
    assert refused.code == 1
    assert "Lucie Petit of Support" in refused.err
    assert vigie("notice", "approve", str(draft), "--as", "lucie").code == 0
    assert vigie("notice", "publish", str(draft), user="lucie").code == 0
    again = vigie("notice", "publish", str(draft))
    assert again.code == 1
    begun = vigie("notice", "correct", str(draft), "--why", "wrong time")
    assert begun.code == 0, begun.err
    open_draft = json.loads(
        vigie("notice", "list", "--drafts", "--outage", str(storage_down.pk), "--json").out
    )[0]
    assert open_draft["correction"] == "wrong time"
    assert vigie("notice", "discard", str(open_draft["id"])).code == 0


READS = [
    ("who",),
    ("outage", "list"),
    ("outage", "show", "N"),
    ("outage", "log", "N"),
    ("outage", "report", "N"),
    ("notice", "list"),
    ("notice", "preview", "V"),
    ("duty", "list"),
    ("duty", "shifts", "list"),
    ("people", "list"),
    ("service", "list"),
    ("experiment", "list"),
    ("delivery", "list"),
]


@pytest.mark.parametrize("words", READS, ids=" ".join)
def test_every_read_speaks_to_people_and_to_programs(
    vigie, cast: Cast, storage_down: Outage, words: tuple[str, ...]
):
    version = open_version(storage_down.thread)
    known = {"N": str(storage_down.pk), "V": str(version.pk)}
    filled = [known.get(word, word) for word in words]
    if words != ("who",):  # it reads the file itself, where this test's rows are not written yet
        assert vigie(*filled).code == 0
        ran = vigie(*filled, "--json")
        assert (ran.code, ran.err) == (0, "")
        assert json.loads(ran.out) is not None


WRONG = [
    (2, "no service “printer”", ("outage", "declare", "printer")),
    (2, "named twice", ("outage", "declare", "storage", "storage:degraded")),
    (2, "is not an effect", ("outage", "declare", "storage:broken")),
    (2, "Missing argument", ("outage", "declare")),
    (2, "is not a time", ("outage", "declare", "farm", "--at", "yesterday")),
    (2, "can't start in the future", ("outage", "declare", "farm", "--at", "2026-12-24 08:00")),
    (2, "more than 7 days ago", ("outage", "declare", "farm", "--at", "2026-01-01 08:00")),
    (2, "end is before the start", ("outage", "declare", "farm", "--until", "-1h")),
    (1, "is open already", ("outage", "declare", "storage")),
    (2, "no outage 999", ("outage", "show", "999")),
    (2, "no outage x", ("outage", "log", "x", "text")),
    (2, "Write something first", ("outage", "log", "N", " ")),
    (2, "no open question", ("outage", "answer", "N", "Yes.")),
    (2, "no question 77", ("outage", "answer", "N", "Yes.", "--question", "77")),
    (2, "no section “title”", ("outage", "update", "N", "--section", "title")),
    (2, "say the same thing twice", ("outage", "update", "N", "--fr", "a", "--fr-file", "b")),
    (2, "No such file", ("outage", "update", "N", "--fr-file", "/nowhere/at/all")),
    (1, "in French only", ("outage", "update", "N", "--fr", "Une panne.", "--publish", "--as", "lucie")),
    (2, "not a role", ("outage", "handover", "N", "boss", "bruno")),
    (1, "can't be", ("outage", "handover", "N", "contact", "lucie")),
    (2, "Nobody here has the login “nobody”", ("outage", "handover", "N", "contact", "nobody")),
    (2, "time that has passed", ("outage", "promise", "N", "--", "-1h")),
    (2, "not among the services", ("outage", "restore", "N", "farm")),
    (2, "Missing option", ("outage", "end", "N")),
    (2, "Say whether data was lost", ("outage", "end", "N", "--data-lost", "maybe")),
    (1, "Only the operations contact", ("outage", "end", "N", "--data-lost", "no", "--as", "bruno")),
    (2, "no state “gone”", ("outage", "list", "--state", "gone")),
    (2, "is not in the range", ("outage", "list", "--limit", "0")),
    (2, "no such notice", ("notice", "preview", "999")),
    (2, "write fr or en", ("notice", "preview", "1", "--lang", "de")),
    (2, "is not a valid int", ("notice", "publish", "last")),
    (2, "no duty “tea”", ("duty", "shifts", "add", "tea", "amina", "08:00", "16:00")),
    (
        2,
        "ends before it starts",
        ("duty", "shifts", "add", "support", "lucie", "16:00", "08:00", "--as", "odile"),
    ),
    (1, "You may not do this", ("duty", "shifts", "add", "support", "lucie", "+1d", "+2d")),
    (2, "no shift 999", ("duty", "shifts", "remove", "999")),
    (2, "no state “lost”", ("delivery", "list", "--state", "lost")),
    (2, "no delivery 5, 6", ("delivery", "retry", "5", "6")),
    (2, "No such command", ("duck",)),
    (2, "No such option", ("people", "list", "--tall")),
]


@pytest.mark.parametrize(("code", "says", "words"), WRONG, ids=[" ".join(words) for _c, _s, words in WRONG])
def test_what_can_t_be_is_said_on_stderr_with_its_code(vigie, storage_down: Outage, code, says, words):
    filled = [str(storage_down.pk) if word == "N" else word for word in words]
    ran = vigie(*filled, user="amina")
    assert says in ran.err.replace("\n", " ")
    assert (ran.code, ran.out) == (code, "")
    assert "Traceback" not in ran.err


def test_who_acts_must_be_known_and_work_here(vigie, cast: Cast, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "stranger")
    ran = vigie("outage", "declare", "storage")
    assert ran.code == 2
    assert "--as LOGIN" in ran.err
    assert vigie("outage", "declare", "storage", "--as", "nobody").code == 2
    monkeypatch.setattr("getpass.getuser", lambda: "amina")
    assert vigie("outage", "declare", "storage").code == 0


def test_a_script_s_second_try_opens_nothing_new(vigie, cast: Cast):
    first = json.loads(vigie("outage", "declare", "farm", "--key", "run7", "--json", user="amina").out)
    second = json.loads(vigie("outage", "declare", "farm", "--key", "run7", "--json").out)
    assert (first["id"], first["again"], second["again"]) == (second["id"], False, True)


def test_control_characters_of_others_do_not_reach_the_terminal(vigie, cast: Cast, storage_down: Outage):
    actions.log_fact(cast.amina, storage_down, "red \x1b[31m alert \u202e txet")
    out = vigie("outage", "log", str(storage_down.pk)).out
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_commands_speak_french_where_french_is_spoken(vigie, cast: Cast, monkeypatch):
    monkeypatch.setenv("VIGIE_LANG", "fr_FR.UTF-8")
    assert "stockage dcache" in vigie("outage", "declare", "storage", user="amina").out.lower()


def test_times_are_the_centre_s_and_say_so(vigie, cast: Cast, storage_down: Outage):
    assert SUNDAY.hour == 13
    assert "2026-11-22 14:26 CET" in vigie("outage", "show", str(storage_down.pk)).out


def test_every_command_has_a_line_and_help(vigie, cast: Cast):
    listed = vigie("--help")
    assert listed.code == 0
    for name, entry in commands().items():
        assert entry.about.endswith(".")
        assert name in listed.out
        assert vigie(name, "--help").code == 0, name
