"""Accounts from a command and from a directory: what is taken, and what a broken source does (nothing, and says so)."""

import json
import sys

import pytest
from tests.support.ldap_lab import ADMIN, PASSWORD, SUFFIX, LdapLab

from vigie.dayone import actions
from vigie.dayone.actions.accounts import fetch
from vigie.dayone.sources.command import parse
from vigie.experiments.models import AccountSource, FarmAccount
from vigie.kernel.errors import BadInput, Refused
from vigie.kernel.models import AuditRow

CSV = "cluster,username,mail\nfarm,jroche,jean@x.test\nfarm,mstone,mary@x.test\n"
OPTIONS = {
    "command": [],
    "timeout": 5,
    "ldap_url": "",
    "ldap_starttls": True,
    "ldap_ca_file": "",
    "ldap_user": ADMIN,
    "ldap_password": PASSWORD,
    "ldap_base": SUFFIX,
    "ldap_filter": "(objectClass=inetOrgPerson)",
    "ldap_attributes": ["username=uid", "name=cn", "mail=mail"],
    "ldap_cluster": "farm",
    "every": 6,
    "least_percent": 50,
}


def printing(text: str, code: int = 0) -> list[str]:
    return [sys.executable, "-c", f"import sys; sys.stdout.write({text!r}); sys.exit({code})"]


@pytest.fixture
def configure(settings):
    def set_to(**options):
        settings.ACCOUNTS = OPTIONS | options

    return set_to


def test_a_command_is_read_when_its_time_has_come(cast, clock, configure):
    configure(command=printing(CSV))
    assert actions.refresh_due()
    assert actions.refresh() == 1
    assert FarmAccount.objects.count() == 2
    assert AccountSource.objects.get().rows == 2
    audited = AuditRow.objects.count()
    assert not actions.refresh_due()
    clock.tick(days=-700)  # the server's clock was wrong, and is set right
    assert actions.refresh_due()
    clock.tick(days=700)
    clock.tick(hours=6)
    assert actions.refresh_due()
    assert actions.refresh() == 1  # the same again: no change, and no trace of one
    assert AuditRow.objects.count() == audited
    assert AccountSource.objects.get().read_at == clock.now()


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (printing("no", code=3), "failed (3)"),
        (["/nowhere/at-all"], "can’t be started"),
        ([sys.executable, "-c", "import time; time.sleep(60)"], "did not end"),
        (printing("[{"), "no JSON"),
        (printing('{"people": []}'), "no list of accounts"),
        (printing("hello"), "must name the columns"),
        (printing("cluster,username\nfarm,jroche\n"), "tells 1 accounts, and told 10 before"),
        (printing(""), "tells 0 accounts"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_command_that_fails_or_shrinks_changes_nothing_and_says_so(cast, clock, configure, command, says):
    configure(command=printing(CSV + "".join(f"farm,u{n},\n" for n in range(8))))
    actions.refresh()
    clock.tick(hours=6)
    configure(command=command, timeout=0.3 if "sleep" in command[-1] else 5)
    assert actions.refresh() == 0
    assert FarmAccount.objects.filter(active=True).count() == 10
    row = AccountSource.objects.get()
    assert says in row.problem
    assert (row.rows, row.problem_at) == (10, clock.now())
    assert not actions.refresh_due()
    configure(command=printing(CSV), least_percent=20)
    assert actions.refresh() == 1
    assert AccountSource.objects.get().problem == ""


def test_json_and_csv_are_read_alike_and_bad_entries_kept_aside():
    entries = [{"cluster": "farm", "username": "jroche", "uidNumber": 7}, "nonsense", {"cluster": "farm"}]
    table = parse(json.dumps({"accounts": entries}).encode())
    assert [row.cells["username"] for row in table.rows if "username" in row.cells] == ["jroche"]
    assert [line.number for line in table.bad] == [2]
    assert table.unread == ["uidNumber"]


def test_what_is_not_configured_is_not_asked(cast, configure):
    configure()
    assert not actions.refresh_due()
    with pytest.raises(BadInput):
        fetch("ldap")


def test_too_much_is_not_swallowed(cast, configure, monkeypatch):
    monkeypatch.setattr("vigie.dayone.sources.command.LARGEST_FILE", 1000)
    script = "import sys, time\nsys.stdout.write('x' * 5000); sys.stdout.flush(); time.sleep(60)"
    configure(command=[sys.executable, "-c", script])
    with pytest.raises(Refused, match="prints too much"):
        fetch("command")


def test_the_command_line_shows_then_takes(cast, configure, capsys):
    configure(command=printing(CSV))
    seen = actions.look_at(cast.lucie, "command")
    assert len(seen.added) == 2
    actions.take(cast.lucie, "command", seen)
    assert FarmAccount.objects.count() == 2


@pytest.mark.lab
def test_a_real_directory_is_read_in_pages_over_tls(cast, configure, ldap_lab: LdapLab):
    people = [(f"u{n:04}", f"Personne É{n}", f"u{n}@x.test") for n in range(1201)]
    ldap_lab.fill([*people, ("two words", "Bad", "bad@x.test")])
    configure(ldap_url=ldap_lab.url, ldap_ca_file=ldap_lab.certificate)
    seen = actions.look_at(cast.lucie, "ldap")
    assert (len(seen.added), [line.reason for line in seen.bad]) == (
        1201,
        ["“two words” can’t be the name of an account"],
    )
    assert actions.refresh() == 1
    assert FarmAccount.objects.get(username="u0007").person_name == "Personne É7"
    ldap_lab.fill(people[:100])
    assert actions.refresh() == 0
    assert "told 1201 before" in AccountSource.objects.get().problem
    ldap_lab.stop()
    assert actions.refresh() == 0
    assert "can’t be read" in AccountSource.objects.get().problem
    assert FarmAccount.objects.count() == 1201


@pytest.mark.lab
def test_a_directory_that_refuses_or_is_not_whom_we_trust_says_so(cast, configure, ldap_lab: LdapLab):
    ldap_lab.fill([("jroche", "Jean", "jean@x.test")])
    for wrong in (
        {"ldap_password": "nonsense"},
        {"ldap_ca_file": ""},
        {"ldap_base": "dc=elsewhere,dc=test"},
        {"ldap_filter": "((("},
        {"ldap_user": "", "ldap_password": ""},
    ):
        configure(**{"ldap_url": ldap_lab.url, "ldap_ca_file": ldap_lab.certificate, **wrong})
        assert actions.refresh() == 0, wrong
        assert "can’t be read" in AccountSource.objects.get().problem
    assert not FarmAccount.objects.exists()
    configure(ldap_url=ldap_lab.url, ldap_starttls=False)
    assert actions.refresh() == 1
