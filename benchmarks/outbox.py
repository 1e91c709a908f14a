"""Deliveries per second with full bookkeeping, against a bare smtplib loop on one reused connection.

Same Postfix, same mails byte for byte but for their recipients, one sender each, rounds in turn: bare, SQLite, bare,
PostgreSQL. `python benchmarks/outbox.py one URL PORT COUNT` is one round of Vigie (it needs a process per database).
"""

import json
import os
import smtplib
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import _lab

COUNT, ROUNDS = _lab.number("MAILS", 600), _lab.number("ROUNDS", 4)
PAYLOAD = {
    "subject": "Panne du stockage : dernières nouvelles",
    "text": "Le stockage ne répond plus depuis 14 h 05. Une équipe est sur place.\n" * 20,
    "html": "<p>Le stockage ne répond plus depuis 14 h 05. Une équipe est sur place.</p>\n" * 20,
}


def bare(port: int, count: int, run: str) -> float:
    """Mails per second of `smtplib.SMTP.sendmail` in a loop, what it sends made before the clock starts."""
    from vigie.channels.mail.encode import encode  # noqa: PLC0415 # after sys.path is set
    from vigie.contracts.channel import MailPayload  # noqa: PLC0415 # same

    mails = [
        encode(
            MailPayload(
                sender="vigie@centre.test",
                subject=PAYLOAD["subject"],
                text=PAYLOAD["text"],
                html=PAYLOAD["html"],
                message_id=f"{run}.{n}@centre.test",
            ),
            f"bare{n}@centre.test",
            "fr",
            datetime.now(UTC),
        )
        for n in range(count)
    ]
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        smtp.ehlo()
        started = time.perf_counter()
        for mail in mails:
            smtp.sendmail(mail.sender, mail.recipient, mail.content)
        return count / (time.perf_counter() - started)


def ours(run: str, count: int) -> float:
    """Mails per second from due rows to settled rows."""
    from django.db import transaction  # noqa: PLC0415 # after Django is set up

    from vigie.post import sending  # noqa: PLC0415 # same
    from vigie.post.actions import Parcel, enqueue  # noqa: PLC0415 # same
    from vigie.post.models import Delivery  # noqa: PLC0415 # same

    with transaction.atomic():
        enqueue(Parcel(f"{run}:{n}", f"ours{n}@centre.test", "fr", run, shared=PAYLOAD) for n in range(count))
    started = time.perf_counter()
    sent = sending.send_due(run)
    took = time.perf_counter() - started
    done = Delivery.objects.filter(topic=run, state="done").count()
    if (sent, done) != (count, count):
        raise SystemExit(f"{sent} tried, {done} of {count} done")
    return count / took


def served() -> None:
    """Answer rounds asked on stdin, until it ends."""
    _, _, data, url, port = sys.argv
    more = {"VIGIE_DATABASE_URL": url} if url else {}
    _lab.set_up(Path(data), VIGIE_MAIL_PORT=port, **more)
    for line in sys.stdin:
        run, count = json.loads(line)
        print(ours(run, count), flush=True)


def main() -> None:
    from tests.support.mail_lab import mail_lab_running  # noqa: PLC0415 # after sys.path is set
    from tests.support.postgres_lab import postgres_running  # noqa: PLC0415 # same

    os.environ["PG_LAB_OPTIONS"] = "-c fsync=on"  # the lab's default is off: that would flatter us
    with _lab.folder() as data, mail_lab_running() as mail, postgres_running() as pg:
        ways = {"SQLite, synchronous=FULL": "", "PostgreSQL, fsync=on": pg.url}
        helpers = {
            name: subprocess.Popen(
                [sys.executable, __file__, "serve", str(data / f"d{n}"), url, str(mail.smtp_port)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for n, (name, url) in enumerate(ways.items())
        }
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
        for turn in range(ROUNDS + 1):  # the first warms everything up and isn't counted
            for name, helper in helpers.items():
                before = _quiet(mail) or bare(mail.smtp_port, COUNT, f"b{turn}")
                _quiet(mail)
                assert helper.stdin
                assert helper.stdout
                helper.stdin.write(json.dumps([f"r{turn}", COUNT]) + "\n")
                helper.stdin.flush()
                speed = float(helper.stdout.readline())
                if turn:
                    found[name].append((speed, before))
        for helper in helpers.values():
            assert helper.stdin
            helper.stdin.close()
            helper.wait(30)
        _show(found)


def _show(found: dict[str, list[tuple[float, float]]]) -> None:
    rows = [
        (
            name,
            f"{statistics.median(ours for ours, _ in pairs):.0f}",
            f"{statistics.median(bare for _, bare in pairs):.0f}",
            f"{statistics.median(ours / bare for ours, bare in pairs):.2f}",
            " ".join(f"{ours / bare:.2f}" for ours, bare in pairs),
        )
        for name, pairs in found.items()
    ]
    size = len(PAYLOAD["text"].encode()) + len(PAYLOAD["html"].encode())
    head = ("database", "Vigie /s", "bare smtplib /s", "ratio", "ratio of each round")
    _lab.table(
        f"outbox: {COUNT} mails of {size / 1024:.0f} KiB to one Postfix, {ROUNDS} rounds each, median",
        head,
        rows,
        "one sender each; Postfix's queue is empty when a round begins; goal of the design: 0.8",
    )


def _quiet(mail: object) -> None:
    """Wait until Postfix has delivered all: its work after the answer must not fall into the next round."""
    mail.wait_until_delivered(seconds=120)  # type: ignore[attr-defined] # known after sys.path is set


if __name__ == "__main__":
    served() if sys.argv[1:2] == ["serve"] else main()
