"""What Slurm prints, and what it means."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.batch.slurm import fields
from vigie.contracts.batch import STATES, UNLIMITED_S


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("00:44.317", 44.317),
        ("00:00:43", 43),
        ("1-16:59:47", 147_587),
        ("59:59", 3599),
        ("100:00:00", 360_000),
        ("0:00", 0),
        ("42", 42),
        ("2-0", 172_800),
        ("1-02:30", 95_400),
        ("Unknown", None),
        ("", None),
        ("-00:00:05", None),
    ],
)
def test_a_duration_has_three_formats_and_more(text: str, seconds: float | None) -> None:
    assert fields.duration(text) == seconds


@given(st.integers(0, 10**8), st.integers(0, 999))
def test_every_duration_is_read_back(seconds: int, milliseconds: int) -> None:
    rest, s = divmod(seconds, 60)
    hours, m = divmod(rest, 60)
    days, h = divmod(hours, 24)
    long = f"{days}-{h:02}:{m:02}:{s:02}" if days else f"{h:02}:{m:02}:{s:02}"
    assert fields.duration(long) == seconds
    short = f"{seconds // 60:02}:{s:02}.{milliseconds:03}"
    assert fields.duration(short) == pytest.approx(seconds + milliseconds / 1000, abs=1e-6)


@pytest.mark.parametrize("text", ["an hour", "1:2:3:4", "1-", "٣٤x"])
def test_no_duration_is_said_so(text: str) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        fields.duration(text)


def test_limits() -> None:
    assert fields.limit("UNLIMITED") == UNLIMITED_S
    assert fields.limit("infinite") == UNLIMITED_S
    assert fields.limit("Partition_Limit") is None
    assert fields.limit("7-00:00:00") == 604_800


def test_times_are_utc() -> None:
    assert fields.moment("2026-11-22T15:28:39") == datetime(2026, 11, 22, 15, 28, 39, tzinfo=UTC)
    assert fields.moment("1795359181") == datetime(2026, 11, 22, 14, 53, 1, tzinfo=UTC)
    assert (
        fields.moment("Unknown")
        is fields.moment("None")
        is fields.moment("N/A")
        is fields.moment("0")
        is None
    )
    with pytest.raises(ValueError, match="not a time"):
        fields.moment("yesterday")


@pytest.mark.parametrize(
    ("text", "unit", "nodes", "cpus", "size"),
    [
        ("4Gn", "", 2, 8, 2 * 4 * 2**30),
        ("2.5Gc", "", 2, 8, 8 * 2.5 * 2**30),
        ("4Gc", "", 2, None, None),
        ("16404K", "", 1, 1, 16404 * 1024),
        ("3252224", "", 1, 1, 3252224),
        ("100", "M", 1, 1, 100 * 2**20),
        ("0n", "", 1, 1, None),
        ("0", "", 1, 1, None),
    ],
)
def test_sizes(text: str, unit: str, nodes: int | None, cpus: int | None, size: int | None) -> None:
    read = fields.size(text, unit)
    assert (read and read.of_job(nodes, cpus)) == size


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("n1", ("n1",)),
        ("n[1-3,07-09]x,login", ("n1x", "n2x", "n3x", "n07x", "n08x", "n09x", "login")),
        ("r[1-2]n[8-10]", ("r1n8", "r1n9", "r1n10", "r2n8", "r2n9", "r2n10")),
        ("None assigned", ()),
        ("(null)", ()),
        ("", ()),
    ],
)
def test_node_lists_are_spelt_out(text: str, names: tuple[str, ...]) -> None:
    assert fields.node_names(text) == names


@pytest.mark.parametrize("text", ["n[1-999999999]", "n[a-b]", "n[1-2", "n[1-100000]m[1-100000]"])
def test_a_broken_node_list_is_no_memory_eater(text: str) -> None:
    with pytest.raises(ValueError, match="node"):
        fields.node_names(text)


@pytest.mark.parametrize(
    ("text", "reason", "state"),
    [
        ("CANCELLED by 20001", "", "cancelled"),
        ("COMPLETED", "", "completed"),
        ("CANCELLED+", "", "cancelled"),
        ("OUT_OF_ME+", "", "out-of-memory"),
        ("PENDING", "Priority", "waiting"),
        ("PENDING", "JobHeldUser", "held"),
        ("RUNNING,COMPLETING", "", "ending"),
        ("PENDING,REQUEUE_HOLD", "", "held"),
        ("FROM_THE_FUTURE", "", "unknown"),
        ("", "", "unknown"),
    ],
)
def test_states(text: str, reason: str, state: str) -> None:
    assert fields.state(text, reason) == state


def test_every_state_is_one_of_the_contract() -> None:
    assert set(fields.STATES.values()) <= set(STATES)


def test_exit_codes_as_shells_say_them() -> None:
    assert [fields.exit_code(text) for text in ("124:0", "0:15", "0:0", "")] == [124, 143, 0, None]


def test_steps_and_jobs() -> None:
    assert fields.step_of("17_4.batch") == "17_4"
    assert fields.step_of("17+1.0") == "17+1"
    assert fields.step_of("17") is None
