#!/usr/bin/env python3
"""Notification command for Icinga 2, Icinga 1, Nagios and Naemon: hands one notification to Vigie.

One file, Python 3.8 or newer, nothing else: copy it to the monitoring host.

    vigie-icinga --url https://desk.example.org --token-file /etc/vigie/icinga.token \\
        --type PROBLEM --host dcache-door01 --service ping --state CRITICAL --output "100 % packet loss"

The token file holds a token with the scope `alert` and should be readable by the monitoring user only. Exit 0: Vigie
has it. 1: Vigie refused it, trying again would not help. 2: wrong usage, or the token file can't be read. 3: Vigie
could not be reached within the tries; the notification is lost unless the monitoring system sends it again.
"""

import argparse
import json
import os
import stat
import sys
import time
import urllib.error
import urllib.request
from datetime import datetime, timezone
from pathlib import Path

DONE, REFUSED, USAGE, UNREACHABLE = 0, 1, 2, 3
OUTPUT_LIMIT = 4_000
ANSWER_LIMIT = 100_000
TOO_MANY, SERVER_FAULT = 429, 500


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="vigie-icinga", description="Hands one notification of Icinga or Nagios to Vigie."
    )
    found.add_argument(
        "--url", default=os.environ.get("VIGIE_URL", ""), help="address of the desk (or VIGIE_URL)"
    )
    found.add_argument(
        "--token-file",
        default=os.environ.get("VIGIE_TOKEN_FILE", ""),
        help="file that holds the token (or VIGIE_TOKEN_FILE)",
    )
    found.add_argument("--type", required=True, help="PROBLEM, RECOVERY, ACKNOWLEDGEMENT, FLAPPINGSTART …")
    found.add_argument("--host", required=True)
    found.add_argument("--service", default="", help="left out for a host's notification")
    found.add_argument("--state", required=True, help="OK, WARNING, CRITICAL, UNKNOWN, UP, DOWN, UNREACHABLE")
    found.add_argument("--output", default="", help="what the check said")
    found.add_argument("--time", default="", help="seconds since 1970, or ISO 8601 with a zone; default: now")
    found.add_argument("--link", default="", help="the page of this host or service in the monitoring system")
    found.add_argument("--timeout", type=float, default=10, help="seconds for one try (default 10)")
    found.add_argument("--tries", type=int, default=3, help="how often to try (default 3)")
    found.add_argument("--quiet", action="store_true", help="say nothing when it went well")
    return found


def token(path: str) -> str:
    """The token in the file; OSError or ValueError with words if there is none."""
    if not path:
        raise ValueError("name the file with the token: --token-file")
    file = Path(path)
    text = file.read_text("utf-8").strip()
    if not text or any(char.isspace() for char in text):
        raise ValueError(f"{path} does not hold one token")
    if file.stat().st_mode & stat.S_IROTH:
        sys.stderr.write(f"vigie-icinga: {path} can be read by everybody; chmod 640 it\n")
    return text


def moment(text: str) -> str:
    """Nagios says $TIMET$ (seconds since 1970); Vigie wants ISO 8601."""
    if not text:
        return datetime.now(timezone.utc).isoformat()  # noqa: UP017 # Python 3.8 on old monitoring hosts
    if text.replace(".", "", 1).isdigit():
        return datetime.fromtimestamp(float(text), timezone.utc).isoformat()  # noqa: UP017 # the same
    return text


def message(options: argparse.Namespace) -> bytes:
    wanted = {
        "type": options.type,
        "host": options.host,
        "service": options.service,
        "state": options.state,
        "output": options.output[:OUTPUT_LIMIT],
        "time": moment(options.time),
        "link": options.link,
    }
    # What a shell hands over need not be UTF-8: such bytes become question marks, the alarm still leaves.
    text = json.dumps(wanted, ensure_ascii=False)
    return text.encode("utf-8", "replace")


def post(url: str, secret: str, body: bytes, timeout: float) -> "tuple[int, str]":
    """One try: (HTTP status, what Vigie said); OSError when there was no answer."""
    request = urllib.request.Request(  # noqa: S310 # the scheme is checked in main
        f"{url.rstrip('/')}/api/v1/alarms/icinga",
        data=body,
        headers={"Authorization": f"Bearer {secret}", "Content-Type": "application/json"},
        method="POST",
    )
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:  # noqa: S310 # the same
            return answer.status, answer.read(ANSWER_LIMIT).decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(ANSWER_LIMIT).decode("utf-8", "replace")


def words(answer: str) -> str:
    """What a person reads of the answer."""
    try:
        found = json.loads(answer)
        if "error" in found:
            return " ".join(filter(None, (found["error"]["message"], found["error"]["hint"])))
        return "; ".join([row["words"] for row in found["alarms"]] + found["ignored"]) or "nothing to do"
    except (ValueError, KeyError, TypeError):
        return answer[:200]


def deliver(options: argparse.Namespace, secret: str, body: bytes) -> int:
    """Try until Vigie answers; 5xx and no answer are tried again, a refusal is not."""
    last = ""
    for attempt in range(max(options.tries, 1)):
        if attempt:
            time.sleep(min(2**attempt, 15))
        try:
            status, answer = post(options.url, secret, body, options.timeout)
        except OSError as error:
            last = str(getattr(error, "reason", error))
            continue
        if status < 300:  # noqa: PLR2004 # HTTP's own border
            if not options.quiet:
                sys.stdout.write(f"{words(answer)}\n")
            return DONE
        last = f"{status} {words(answer)}"
        if status < SERVER_FAULT and status != TOO_MANY:
            sys.stderr.write(f"vigie-icinga: refused: {last}\n")
            return REFUSED
    sys.stderr.write(f"vigie-icinga: {options.url} gave no good answer: {last}\n")
    return UNREACHABLE


def main(arguments: "list[str] | None" = None) -> int:
    options = parser().parse_args(arguments)
    if not options.url.startswith(("https://", "http://")):
        sys.stderr.write("vigie-icinga: name the desk: --url https://desk.example.org\n")
        return USAGE
    try:
        secret, body = token(options.token_file), message(options)
    except (OSError, ValueError, OverflowError) as error:
        sys.stderr.write(f"vigie-icinga: {error}\n")
        return USAGE
    return deliver(options, secret, body)


if __name__ == "__main__":
    sys.exit(main())
