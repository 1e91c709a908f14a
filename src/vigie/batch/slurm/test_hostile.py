"""Settings and answers that would hurt: nothing secret is repeated, nothing but a failure in words comes out."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vigie.batch.slurm import acting, fields, rest, settings
from vigie.batch.slurm.commands import Commands
from vigie.batch.slurm.rest import Rest
from vigie.contracts.batch import BatchFailure, Refusal, Tally
from vigie.contracts.channel import BadConfiguration, ChannelConfig


def read(**values: str) -> settings.SlurmSettings:
    return settings.read(ChannelConfig({"cluster": "farm", **values}))


@pytest.mark.parametrize(
    "url",
    [
        "ftp://host",
        "http://",
        "http://host:port",
        "http://root:sesame@host:6820",
        "http://[host",
        "https://host/slurm",
        "http://host:99999",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_before_anybody_is_asked(url: str) -> None:
    with pytest.raises(BadConfiguration, match="rest_url") as caught:
        read(rest_url=url)
    assert "sesame" not in str(caught.value)
    assert read(rest_url="http://[::1]:6820/").rest_url == "http://[::1]:6820"


@pytest.mark.parametrize("held", ["sesame\nsesame", "SLURM_JWT = sesame", "", "s\x00esame"])
def test_a_token_that_is_none_is_refused_without_a_word_of_it(tmp_path: Path, held: str) -> None:
    (tmp_path / "token").write_text(held)
    system = Rest(read(rest_url="http://127.0.0.1:1", rest_token_file=str(tmp_path / "token")))
    with pytest.raises(Refusal, match="token alone") as caught:
        system.present(Tally())
    assert "sesame" not in f"{caught.value}{caught.value.__cause__}"


@pytest.mark.parametrize(
    "body", [b"[" * 200_000, b'{"errors": "x"}', b'{"errors": ["x"], "jobs": 1}', b"\xff\x00", b"7"]
)
def test_an_answer_of_any_shape_is_a_failure_in_words(body: bytes) -> None:
    with pytest.raises(BatchFailure, match="slurmrestd"):
        rest._jobs(rest._judged(200, body, "slurmrestd"))


@pytest.mark.parametrize("name", ["-f", "a b", "a,b", "", "Users=root"])
def test_a_reservation_gets_no_name_that_scontrol_could_take_for_more(name: str) -> None:
    start = datetime(2026, 12, 1, tzinfo=UTC)
    commands = Commands(read(commands="/nowhere"))
    for given in ((name, ["n1"]), ("maintenance", [name])):
        with pytest.raises(Refusal, match="is no name"):
            acting.reserve(commands, *given, start, timedelta(hours=1))


def test_a_time_that_no_calendar_has_is_said() -> None:
    for text in ("9" * 30, "9" * 5000, "2026-02-30T00:00:00"):
        with pytest.raises(ValueError, match="not a time"):
            fields.moment(text)
