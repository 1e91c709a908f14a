"""Absences read from an address: what counts, what is kept while its server is down, and where Vigie does not go."""

import ssl
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings
from tests.support.cast import SUNDAY, Cast

from vigie.duty import actions, queries
from vigie.duty.models import Absence, Shift
from vigie.kernel.clock import Clock
from vigie.kernel.errors import BadInput, Forbidden, Refused
from vigie.lib.fetch import MOST_BYTES, Unreachable, fetch

DAY = timedelta(days=1)
TWO_DAYS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:t
BEGIN:VEVENT
UID:1
SUMMARY:Congé
DTSTART;VALUE=DATE:20261124
DTEND;VALUE=DATE:20261126
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    values = {**settings.OPTIONS.values, "duty.calendar_folder": str(tmp_path), "duty.horizon": 21}
    with override_settings(OPTIONS=values):
        yield tmp_path


def production(cast: Cast):
    duty = actions.shape_duty(cast.odile, cast.production, actions.Shape(rhythm="round", handovers="8:00"))
    people = [cast.amina, cast.bruno]
    actions.save_rotation(cast.odile, duty, starts_on=(SUNDAY + DAY).date(), every="day", people=people)
    return duty


def held_by(cast: Cast, duty) -> list[str]:
    rows = Shift.objects.filter(duty=duty, starts_at__gt=SUNDAY).order_by("starts_at")[:4]
    return [row.person.login for row in rows.select_related("person")]


def test_what_a_calendar_says_is_passed_over_and_taken_back_with_it(cast: Cast, folder: Path, clock: Clock):
    duty = production(cast)
    file = folder / "bruno.ics"
    file.write_text(TWO_DAYS)
    row = actions.save_calendar(cast.bruno, cast.bruno, address=file.as_uri())
    assert actions.calendars_due()
    assert actions.read_calendars() == 1
    assert not actions.calendars_due()
    clock.tick(days=-700)  # the server's clock was wrong, and is set right
    assert actions.calendars_due()
    clock.tick(days=700)
    assert held_by(cast, duty) == ["amina", "amina", "amina", "bruno"]
    [absence] = queries.absences(SUNDAY, person=cast.bruno)
    with pytest.raises(Refused):
        actions.remove_absence(cast.bruno, absence)
    assert actions.read_calendar(row)
    assert Absence.objects.get() == absence  # again: nothing changed
    file.unlink()
    clock.tick(hours=2)
    assert not actions.read_calendar(row)
    assert (row.failing_since, row.read_at) == (clock.now(), SUNDAY)
    assert "No such file" in row.problem
    assert Absence.objects.get() == absence  # what was last read counts
    file.write_text("<html>500</html>")
    clock.tick(hours=2)
    assert not actions.read_calendar(row)
    assert row.failing_since == clock.now() - timedelta(hours=2)
    file.write_text(TWO_DAYS.replace("20261124", "20261130").replace("20261126", "20261201"))
    assert actions.read_calendar(row)
    assert row.failing_since is None
    assert held_by(cast, duty) == ["amina", "bruno", "amina", "bruno"]
    actions.remove_calendar(cast.bruno, row)
    assert not Absence.objects.exists()


def test_an_absence_that_goes_on_is_not_read_anew(cast: Cast, folder: Path, clock: Clock):
    file = folder / "a.ics"
    file.write_text(TWO_DAYS)
    row = actions.save_calendar(cast.odile, cast.bruno, address=file.as_uri())
    clock.set(SUNDAY + 2 * DAY)
    assert actions.read_calendar(row)
    begun = Absence.objects.get()
    clock.tick(hours=1)
    assert actions.read_calendar(row)
    assert Absence.objects.get() == begun
    file.write_text(TWO_DAYS.replace("20261126", "20261125"))
    clock.tick(hours=1)
    assert actions.read_calendar(row)
    assert Absence.objects.filter(ends_at__gt=clock.now()).count() == 1
    clock.set(SUNDAY + 9 * DAY)
    file.write_text(TWO_DAYS.replace("20261124", "20270101").replace("20261126", "20270102"))
    assert actions.read_calendar(row)
    assert Absence.objects.filter(ends_at__lte=clock.now()).exists()  # what was stays


def test_broken_events_are_kept_aside_with_their_reason(cast: Cast, folder: Path):
    file = folder / "a.ics"
    broken = "BEGIN:VEVENT\nUID:2\nSUMMARY:broken\nEND:VEVENT\nEND:VCALENDAR"
    file.write_text(TWO_DAYS.replace("END:VCALENDAR", broken))
    row = actions.save_calendar(cast.bruno, cast.bruno, address=file.as_uri())
    assert actions.read_calendar(row)
    assert [what for what, _why in row.aside] == ["broken"]
    assert Absence.objects.count() == 1


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ftp://x/y",
        "http://calendar.example/a.ics",
        "https://",
        "https://me:pw@host/a.ics",
        "https://[::1/",
        "file://host/x",
    ],
)
def test_what_is_no_address_is_said_at_once(cast: Cast, address: str):
    with pytest.raises(BadInput):
        actions.save_calendar(cast.bruno, cast.bruno, address=address)
    with pytest.raises(Forbidden):
        actions.save_calendar(cast.amina, cast.bruno, address="https://calendar.example/a.ics")


def test_files_are_read_from_the_folder_of_calendars_only(tmp_path: Path):
    inside, outside = tmp_path / "in", tmp_path / "secret.ics"
    inside.mkdir()
    outside.write_text("x")
    (inside / "link.ics").symlink_to(outside)
    (inside / "plain.txt").write_text("x")
    for path in (
        outside,
        inside / "link.ics",
        inside / ".." / "secret.ics",
        inside / "plain.txt",
        inside / "none.ics",
    ):
        with pytest.raises(Unreachable):
            fetch(f"file://{path}", folder=inside)
        with pytest.raises(Unreachable):
            fetch(f"file://{path}")


class _Server(BaseHTTPRequestHandler):
    over: threading.Event

    def do_GET(self) -> None:  # http.server's name
        where, body = {
            "/away.ics": ("", TWO_DAYS.encode()),
            "/moved": ("/away.ics", b""),
            "/loop": ("/loop", b""),
            "/plain": ("http://localhost/away.ics", b""),
            "/file": ("file:///etc/passwd", b""),
            "/long": ("", b"x" * (MOST_BYTES + 10)),
        }.get(self.path, ("", b""))
        if self.path == "/slow":
            self.over.wait(10)
        self.send_response(302 if where else 200 if body else 404)
        if where:
            self.send_header("Location", where)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def server(certificate: str) -> Iterator[tuple[str, ssl.SSLContext]]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    over = threading.Event()
    http = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Server,), {"over": over}))
    http.socket = context.wrap_socket(http.socket, server_side=True)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    yield f"https://localhost:{http.server_address[1]}", ssl.create_default_context(cafile=certificate)
    over.set()
    http.shutdown()
    http.server_close()


def test_over_the_network_time_size_and_ways_are_bounded(server: tuple[str, ssl.SSLContext]):
    base, tls = server
    ours = {"localhost"}
    assert fetch(f"{base}/away.ics", inside=ours, tls=tls).startswith(b"BEGIN")
    assert fetch(f"{base}/moved", inside=ours, tls=tls).startswith(b"BEGIN")
    for path, words in {
        "/loop": "more than 3 times",
        "/plain": "write an address like https",
        "/file": "not https",
        "/long": "longer than",
        "/none": "answers 404",
    }.items():
        with pytest.raises(Unreachable, match=words):
            fetch(base + path, inside=ours, tls=tls)
    with pytest.raises(Unreachable, match="no answer within"):
        fetch(f"{base}/slow", inside=ours, tls=tls, seconds=0.3)
    with pytest.raises(Unreachable, match="inside the centre"):
        fetch(f"{base}/away.ics", tls=tls)
    with pytest.raises(Unreachable, match="prove who it is"):
        fetch(f"{base}/away.ics", inside=ours)
