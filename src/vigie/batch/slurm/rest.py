"""slurmrestd as a source of jobs."""

import http.client
import json
import re
import socket
import ssl
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from vigie.batch.programs import TooLarge, TooSlow
from vigie.batch.slurm import rest_json
from vigie.batch.slurm.rows import Attempt
from vigie.batch.slurm.settings import SlurmSettings
from vigie.contracts.batch import LIVE, Away, Refusal, Tally

CHUNK = 1 << 20
NOTHING_FOUND = 9003


class _UnixConnection(http.client.HTTPConnection):
    """HTTP by a unix socket, where slurmrestd knows who asks."""

    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Rest:
    """Asks with a limit of time and size, and turns what went wrong into a failure with slurmrestd's words."""

    def __init__(self, settings: SlurmSettings) -> None:
        self.settings = settings

    def present(self, tally: Tally) -> list[tuple[str, Attempt]]:
        """The jobs that are there now, each with Slurm's own number."""
        answer = self._get(f"/slurm/{self.settings.rest_version}/jobs", {})
        return list(rest_json.queued(_jobs(answer), self.settings.cluster, datetime.now(UTC), tally))

    def finished(self, since: datetime, until: datetime, tally: Tally) -> list[Attempt]:
        """Attempts that ended in [since, until). The server's window also holds what went on then: left out here."""
        window = {
            "start_time": f"uts{int((since - timedelta(seconds=1)).timestamp())}",
            "end_time": f"uts{int((until + timedelta(seconds=1)).timestamp())}",
        }
        answer = self._get(f"/slurmdb/{self.settings.rest_version}/jobs", window)
        read = rest_json.ended(_jobs(answer), self.settings.cluster, tally)
        return [one for one in read if one.ended and since <= one.ended < until and one.state not in LIVE]

    def _get(self, path: str, query: Mapping[str, str]) -> Any:
        """The answer as JSON. Raises Away, Refusal, TooSlow, TooLarge."""
        deadline = time.monotonic() + self.settings.seconds
        connection = self._connection()
        where = f"slurmrestd {self.settings.rest_url}{path}"
        try:
            connection.request(
                "GET", f"{path}?{urlencode(query)}" if query else path, headers=self._headers()
            )
            response = connection.getresponse()
            body = self._read(response, deadline, where)
        except TimeoutError as error:
            raise TooSlow(f"{where}: no answer in time") from error
        except (OSError, http.client.HTTPException) as error:
            raise Away(f"{where}: {str(error) or type(error).__name__}") from error
        finally:
            connection.close()
        return _judged(response.status, body, where)

    def _connection(self) -> http.client.HTTPConnection:
        url = self.settings.rest_url
        if url.startswith("unix:"):
            return _UnixConnection(url.removeprefix("unix:"), self.settings.seconds)
        parts = urlsplit(url)
        if parts.scheme == "https":
            return http.client.HTTPSConnection(
                parts.netloc, timeout=self.settings.seconds, context=ssl.create_default_context()
            )
        return http.client.HTTPConnection(parts.netloc, timeout=self.settings.seconds)

    def _headers(self) -> dict[str, str]:
        headers = {"Accept": "application/json"}
        if self.settings.rest_user:
            headers["X-SLURM-USER-NAME"] = self.settings.rest_user
        if path := self.settings.rest_token_file:
            headers["X-SLURM-USER-TOKEN"] = _token(path)
        return headers

    def _read(self, response: http.client.HTTPResponse, deadline: float, where: str) -> bytes:
        pieces, size = [], 0
        while piece := response.read1(CHUNK):
            pieces.append(piece)
            size += len(piece)
            if size > self.settings.most_bytes:
                raise TooLarge(f"{where}: more than {self.settings.most_bytes} bytes")
            if time.monotonic() > deadline:
                raise TooSlow(f"{where}: no whole answer in time")
        return b"".join(pieces)


def _token(path: str) -> str:
    """Raises Refusal, without a word of what the file holds."""
    try:
        token = Path(path).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(f"{path}: the token can't be read: {type(error).__name__}") from None
    if not re.fullmatch(r"[\x21-\x7e]+", token):
        raise Refusal(f"{path}: must hold the token alone, on one line, without blanks")
    return token


def _judged(status: int, body: bytes, where: str) -> Any:
    """The document of a good answer; a failure with the server's words for any other."""
    try:
        # slurmrestd of 22.05 hands on bytes that are not UTF-8, and control characters in names
        document = json.loads(body.decode("utf-8", "replace"), strict=False)
    except (ValueError, RecursionError):
        document = None
    told = document.get("errors") if isinstance(document, dict) else None
    errors = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
    real = [one for one in errors if one.get("error_number") != NOTHING_FOUND]
    if status == http.HTTPStatus.OK and isinstance(document, dict) and not real:
        return document
    if errors and not real:
        return {"jobs": []}
    said = "; ".join(f"{one.get('description')}: {one.get('error')}" for one in real)
    words = f"{where}: {status} {said or body[:200].decode('utf-8', 'replace')!r}"
    passing = status >= http.HTTPStatus.INTERNAL_SERVER_ERROR or real
    raise (Away if passing else Refusal)(words)


def _jobs(document: Any) -> list[Any]:
    jobs = document.get("jobs")
    if not isinstance(jobs, list):
        raise Refusal("slurmrestd: answered without a list of jobs")
    return jobs
