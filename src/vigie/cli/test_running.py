"""Commands that run, set up, keep and bring back the desk."""

import json
import shutil
import tarfile

import pytest
from django.db import connection
from tests.support.cast import Cast, make_cast

from vigie.kernel.audit import AuditRow
from vigie.outages.models import Outage
from vigie.people.models import ApiToken, Person


def test_serve_worker_and_demo_start_what_they_say(vigie, stays, db):
    assert vigie("serve", "--listen", "127.0.0.1:9999", "--no-worker").code == 0
    assert vigie("worker").code == 0
    assert vigie("demo", "--fresh").code == 0
    assert vigie("migrate").code == 0
    assert [start[0] for start in stays.started] == ["serve", "work", "demo"]
    assert stays.started[0][1:] == ("127.0.0.1:9999", False)


def test_check_config_tells_people_and_programs(vigie, stays):
    assert "ok    vigie.toml: fine" in vigie("check-config").out
    assert json.loads(vigie("check-config", "--json", "--network").out)[0]["ok"] is True
    assert stays.started == [("check", False), ("check", True)]


def test_the_first_administrator(vigie, db):
    weak = vigie("admin", "create", "ada", "--password-file", "-", stdin="password\n")
    assert weak.code == 2
    assert not Person.objects.exists()
    ran = vigie(
        "admin",
        "create",
        "ada",
        "--name",
        "Ada Clerc",
        "--password-file",
        "-",
        stdin="a long sentence, 4 you\n",
    )
    assert ran.code == 0, ran.err
    ada = Person.objects.get()
    assert ada.is_administrator
    assert ada.check_password("a long sentence, 4 you")
    assert vigie("admin", "create", "bad login").code == 2
    assert vigie("admin", "create", "x", "--password-file", "-", stdin="").code == 2
    assert vigie("admin", "create", "x", "--lang", "de").code == 2


def test_an_administrator_who_forgot_gets_back_in_with_groups_kept(vigie, cast: Cast):
    ran = vigie("admin", "create", "odile", "--password-file", "-", stdin="a long sentence, 4 you\n")
    assert ran.code == 0, ran.err
    odile = Person.objects.get(login="odile")
    assert {"lead", "operator", "administrator"} == odile.roles
    assert odile.name == "Odile Perrin"


def test_tokens_are_made_once_listed_without_secret_and_revoked(vigie, cast: Cast):
    made = vigie(
        "token", "create", "amina", "--scope", "read", "--scope", "log", "--days", "30", "--as", "ada"
    )
    assert made.code == 0, made.err
    assert made.out.startswith("vigie_")
    listed = vigie("token", "list", "--json").out
    assert made.out.strip() not in listed
    [row] = json.loads(listed)
    assert sorted(row["scopes"]) == ["log", "read"]
    assert vigie("token", "list").out.count("amina") == 1
    assert vigie("token", "create", "amina", "--scope", "everything", "--as", "ada").code == 2
    assert vigie("token", "create", "amina", "--scope", "read", "--as", "amina").code == 1
    assert vigie("token", "revoke", str(row["id"]), "--as", "ada").code == 0
    assert vigie("token", "revoke", "999", "--as", "ada").code == 2
    assert ApiToken.objects.get().revoked_at


def test_public_build_and_push(vigie, cast: Cast, tmp_path):
    built = vigie("public", "build", "--folder", str(tmp_path / "site"))
    assert built.code == 0, built.err
    assert (tmp_path / "site" / "index.html").exists()
    assert vigie("public", "push").code == 1  # no command is configured


@pytest.fixture
def kept(transactional_db, tmp_path, settings) -> Cast:
    settings.OPTIONS = settings.OPTIONS.moved(tmp_path / "data")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "secret-key").write_text("sesame and more", "utf-8")
    return make_cast()


def needs_pg_dump() -> None:
    if connection.vendor == "postgresql" and not shutil.which("pg_dump"):
        pytest.skip("pg_dump is not installed: apt-get install postgresql-client")


def test_what_was_backed_up_comes_back(vigie, kept: Cast, tmp_path, settings):
    needs_pg_dump()
    file = tmp_path / "vigie.tar.gz"
    assert vigie("outage", "declare", "storage", "--as", "amina").code == 0
    before = Outage.objects.get()
    made = vigie("backup", str(file))
    assert made.code == 0, made.err
    assert file.stat().st_mode & 0o077 == 0
    assert vigie("backup", str(file)).code == 2  # it is there already
    assert vigie("backup", str(file), "--force").code == 0

    (settings.OPTIONS.data / "secret-key").unlink()
    vigie("outage", "declare", "farm", "--as", "amina")
    assert vigie("restore", str(file)).code == 1  # holds data
    ran = vigie("restore", str(file), "--force")
    assert ran.code == 0, ran.err
    assert Outage.objects.get() == before
    assert AuditRow.objects.filter(kind="outage.declared").count() == 1
    assert (settings.OPTIONS.data / "secret-key").read_text("utf-8") == "sesame and more"
    assert vigie("outage", "declare", "farm", "--as", "amina").code == 0  # and it works on


def test_what_is_no_backup_is_refused_and_nothing_is_lost(vigie, kept: Cast, tmp_path):
    needs_pg_dump()
    file = tmp_path / "vigie.tar.gz"
    vigie("backup", str(file))
    whole = file.read_bytes()
    torn, text, empty = (tmp_path / name for name in ("torn", "text", "empty.tar.gz"))
    torn.write_bytes(whole[: len(whole) // 2])
    text.write_text("hello", "utf-8")
    with tarfile.open(empty, "w:gz"):
        pass
    for bad in (torn, text, empty, tmp_path / "absent"):
        ran = vigie("restore", str(bad), "--force")
        assert ran.code == 2, (bad, ran)
        assert str(bad) in ran.err
    assert vigie("backup", str(tmp_path / "no" / "folder" / "file")).code == 1
    assert Person.objects.filter(login="amina").exists()


def test_an_unexpected_error_is_one_line_and_its_details_are_kept(
    vigie, stays, monkeypatch, settings, tmp_path
):
    settings.OPTIONS = settings.OPTIONS.moved(tmp_path)
    monkeypatch.setattr(stays, "_check", lambda network: 1 / 0)
    ran = vigie("check-config")
    assert (ran.code, ran.out) == (70, "")
    assert "ZeroDivisionError: division by zero" in ran.err
    assert "Traceback" not in ran.err
    kept = tmp_path / "errors.log"
    assert "Traceback" in kept.read_text("utf-8")
    assert str(kept) in ran.err
    assert "Traceback" in vigie("--debug", "check-config").err
