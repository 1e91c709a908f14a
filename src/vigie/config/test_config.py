"""Options, secrets, the database's address, the log: what an administrator sets, and what each mistake is called."""

import io
import json
import logging
from pathlib import Path

import pytest
import structlog

from vigie.config import logging as log_config
from vigie.config import options as config


def load(tmp_path: Path, toml: str = "", **environ: str) -> config.Options:
    file = tmp_path / "vigie.toml"
    file.write_text(toml, "utf-8")
    return config.load({"VIGIE_CONFIG": str(file), **environ})


def faults(options: config.Options) -> list[str]:
    return [str(fault) for fault in options.faults]


def test_the_environment_beats_the_file_and_the_file_the_default(tmp_path):
    toml = '[mail]\nhost = "mx.centre.test"\nport = 2525\n'
    options = load(tmp_path, toml, VIGIE_MAIL_PORT="587")
    assert faults(options) == []
    assert (options["mail.host"], options["mail.port"], options["mail.timeout"]) == (
        "mx.centre.test",
        587,
        30,
    )


MISTAKES = [
    ('[mail]\nport = "many"\n', {}, "mail.port", "whole number"),
    ("[mail]\nport = 70000\n", {}, "mail.port", "1 to 65535"),
    ("[serve]\nthreads = 0\n", {}, "serve.threads", "1 or more"),
    ("[jobs]\npeer_days = 1000000000000\n", {}, "jobs.peer_days", "700000 or less"),
    ("", {"VIGIE_SERVE_LISTEN": "here"}, "serve.listen", "127.0.0.1:8000"),
    ("", {"VIGIE_SITE_TIME_ZONE": "Mars/Olympus"}, "site.time_zone", "Europe/Paris"),
    ("", {"VIGIE_SITE_LANGUAGE": "de"}, "site.language", "fr or en"),
    ("", {"VIGIE_SITE_URL": "desk.centre.test"}, "site.url", "https://"),
    ("", {"VIGIE_MAIL_STARTTLS": "maybe"}, "mail.starttls", "true or false"),
    ("", {"VIGIE_DATABASE_URL": "mysql://h/n"}, "store.database_url", "postgresql://"),
    ("", {"VIGIE_LOG_LEVEL": "loud"}, "log.level", "debug, info"),
    ("", {"VIGIE_PUBLIC_PUSH": "rsync"}, "public.push", "only be set in the file"),
    ('[public]\npush = "rsync -a"\n', {}, "public.push", "list of arguments"),
    ("[mial]\nport = 25\n", {}, "mial.port", "not an option"),
    ('colour = "blue"\n', {}, "colour", "not an option"),
    ("[mail\n", {}, "vigie.toml", "not TOML"),
    ("channels = 3\n", {}, "channels", "sections like"),
    ("batch = 3\n", {}, "batch", "sections like"),
    ("[batch]\nfarm = 3\n", {}, "batch.farm", "a section"),
    ("[batch.farm]\ninterval = 60\n", {}, "batch.farm.adapter", "missing"),
    ("[batch.farm]\nadapter = 'slurm'\ninterval = 0\n", {}, "batch.farm.interval", "1 or more"),
    ("[batch.Farm_1]\nadapter = 'slurm'\n", {}, "batch.Farm_1", "small letters"),
    ("detect = 3\n", {}, "detect", "sections like"),
    ("[detect.slow]\n", {}, "detect.slow", "no detector"),
    ("[detect.low-efficiency]\nefficiency = 'low'\n", {}, "detect.low-efficiency.efficiency", "a number"),
    ("targets = 3\n", {}, "targets", "sections like"),
    ("[targets]\nchat = 3\n", {}, "targets.chat", "section of texts"),
    ("[targets.chat]\nchannel = 'apprise'\n", {}, "targets.chat.address_file", "missing"),
    ("[targets.Chat_1]\nchannel = 'apprise'\naddress_file = 'f'\n", {}, "targets.Chat_1", "small letters"),
    ("[targets.chat]\nchannel = 'mail'\naddress_file = 'f'\n", {}, "targets.chat.channel", "/recipients"),
    (
        "[targets.chat]\nchannel = 'apprise'\naddress_file = 'f'\nlanguage = 'de'\n",
        {},
        "targets.chat.language",
        "fr or en",
    ),
]


@pytest.mark.parametrize(
    ("toml", "environ", "option", "says"), MISTAKES, ids=[row[2] + row[3] for row in MISTAKES]
)
def test_each_mistake_names_its_option_and_what_to_write(tmp_path, toml, environ, option, says):
    [fault] = load(tmp_path, toml, **environ).faults
    assert fault.option == option
    assert says in fault.problem
    assert fault.source in {str(tmp_path / "vigie.toml"), *environ}


def test_a_target_s_address_in_the_file_is_refused_and_not_repeated(tmp_path):
    toml = "[targets.chat]\nchannel = 'apprise'\naddress_file = 'f'\naddress = 'mmosts://h/sesame'\n"
    options = load(tmp_path, toml)
    [fault] = faults(options)
    assert "write it into a file" in fault
    assert "sesame" not in fault
    assert options.targets == {}


def test_a_password_in_an_address_is_never_repeated(tmp_path):
    [fault] = faults(load(tmp_path, VIGIE_DATABASE_URL="mysql://vigie:sesame@host/name"))
    assert "sesame" not in fault


def test_the_file_may_be_named_absent_or_forbidden(tmp_path):
    [fault] = config.load({"VIGIE_CONFIG": str(tmp_path / "none.toml")}).faults
    assert "can't be read" in fault.problem
    assert config.load({"VIGIE_CONFIG": ""}).faults == []


def test_the_database_is_sqlite_in_the_data_folder_or_postgresql_by_its_address(tmp_path):
    small = config.database(load(tmp_path, VIGIE_STORE_DATA=str(tmp_path)))
    assert small["NAME"] == tmp_path / "vigie.sqlite3"
    assert small["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    large = config.database(
        load(tmp_path, VIGIE_DATABASE_URL="postgresql://vigie:p%40ss@db.centre.test:5433/desk")
    )
    assert (large["HOST"], large["PORT"], large["NAME"]) == ("db.centre.test", "5433", "desk")
    assert (large["USER"], large["PASSWORD"]) == ("vigie", "p@ss")


def test_secrets_come_from_files_and_a_file_that_is_not_there_is_loud(tmp_path):
    file = tmp_path / "password"
    file.write_text("open sesame\n", "utf-8")
    assert config.secret("VIGIE_MAIL_PASSWORD", {"VIGIE_MAIL_PASSWORD_FILE": str(file)}) == "open sesame"
    assert config.secret("VIGIE_MAIL_PASSWORD", {}) == ""
    with pytest.raises(OSError, match="absent"):
        config.secret("VIGIE_MAIL_PASSWORD", {"VIGIE_MAIL_PASSWORD_FILE": str(tmp_path / "absent")})


def test_a_plug_in_has_a_section_and_secrets_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("VIGIE_CHANNELS_SMS_TOKEN", "t0ken")
    options = load(tmp_path, '[channels.sms]\nurl = "https://sms.centre.test"\n')
    assert faults(options) == []
    assert config.channels(options)["sms"] == {"url": "https://sms.centre.test", "token": "t0ken"}
    assert config.channels(options)["mail"]["port"] == 25


@pytest.fixture
def log():
    """Set the log up on a stream of the test's own; everything as before afterwards."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    stream = io.StringIO()
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)


@pytest.mark.parametrize("form", ["json", "console"])
def test_no_secret_reaches_the_log(log, form):
    log_config.set_up(form=form, secrets=["open sesame", ""], stream=log)
    structlog.get_logger("vigie").info(
        "mail.login", user="vigie", password="hunter2hunter2", headers={"Cookie": "c00kie"}
    )
    structlog.get_logger("vigie").error("mail.failed", error=ValueError("535 for open sesame"))
    logging.getLogger("django.request").error("GET /?x=%s", "open sesame", extra={})
    try:
        int("open sesame")
    except ValueError:
        structlog.get_logger("vigie").exception("module.failed")
    written = log.getvalue()
    assert len(written.splitlines()) >= 4
    for word in ("sesame", "hunter2", "c00kie"):
        assert word not in written
    assert "GET /?x=" in written


def test_json_lines_are_json_with_level_time_and_name(log):
    log_config.set_up(form="json", level="warning", stream=log)
    structlog.get_logger("vigie.post").warning("delivery.postponed", delivery=7)
    logging.getLogger("django").warning("Not Found: %s", "/é")
    structlog.get_logger("vigie.post").info("delivery.sent")
    first, second = (json.loads(line) for line in log.getvalue().splitlines())
    assert first["event"] == "delivery.postponed"
    assert (first["delivery"], first["level"], first["logger"]) == (7, "warning", "vigie.post")
    assert second["event"] == "Not Found: /é"
    assert first["timestamp"].endswith("Z")


def test_a_batch_system_s_secret_comes_from_its_file_and_its_own_keys_are_the_adapter_s(
    tmp_path, monkeypatch
):
    toml = "[batch.far-farm]\nadapter = 'slurm'\ncluster = 'far'\n"
    options = load(tmp_path, toml)
    assert faults(options) == []
    (tmp_path / "token").write_text("sesame\n")
    monkeypatch.setenv("VIGIE_BATCH_FAR_FARM_TOKEN_FILE", str(tmp_path / "token"))
    found = config.batch_systems(options)["far-farm"]
    assert found.settings == {"cluster": "far", "token": "sesame"}
    assert found.interval == 300
    assert "sesame" not in repr(found)


def test_a_secret_is_that_of_the_longest_name_that_it_begins_with(tmp_path, monkeypatch):
    toml = "".join(f"[batch.{name}]\nadapter = 'slurm'\n" for name in ("far", "far-farm"))
    options = load(tmp_path, toml)
    for name in ("FAR", "FAR_FARM"):
        (tmp_path / name).write_text(name.lower())
        monkeypatch.setenv(f"VIGIE_BATCH_{name}_TOKEN_FILE", str(tmp_path / name))
    found = config.batch_systems(options)
    assert {name: one.settings for name, one in found.items()} == {
        "far": {"token": "far"},
        "far-farm": {"token": "far_farm"},
    }


def test_thresholds_of_detectors_stand_as_they_are_for_the_detectors_to_read(tmp_path):
    options = load(tmp_path, "[detect.low-efficiency]\nefficiency = 0.15\n")
    assert faults(options) == []
    assert options.detect == {"low-efficiency": {"efficiency": 0.15}}
