"""What an administrator says of a Slurm."""

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from vigie.contracts.channel import BadConfiguration, ChannelConfig, Setting

CLUSTER = Setting("cluster", "name under which its jobs are kept; ClusterName of its slurm.conf, say")
COMMANDS = Setting("commands", "folder of squeue, sacct, sstat, scancel and scontrol; empty: found in PATH")
CONF = Setting("conf", "its slurm.conf, for a desk with several clusters; empty: Slurm's own place")
SECONDS = Setting("seconds", "how long one command or request may take", 60)
SACCT_MINUTES = Setting("sacct_minutes", "longest time that the accounting is asked for at once", 60)
MOST_MEGABYTES = Setting(
    "most_megabytes", "most that one answer may hold; a larger one is asked in halves", 64
)
LIVE = Setting("live", "ask sstat for the CPU time and memory of running jobs", default=True)
LIVE_CHUNK = Setting("live_chunk", "jobs in one call of sstat", 200)
LIVE_SECONDS = Setting(
    "live_seconds", "how long sstat may be asked in one round; the rest has its turn next time", 120
)
REST_URL = Setting(
    "rest_url", "slurmrestd to read from instead of squeue and sacct: http://host:6820, unix:/path"
)
REST_VERSION = Setting("rest_version", "version of its interface", "v0.0.38")
REST_USER = Setting(
    "rest_user", "the user of its token; 22.05 wants it, later versions read it from the token"
)
REST_TOKEN_FILE = Setting(
    "rest_token_file", "file with its token (JWT), read for each request: it may be renewed"
)

ALL = (
    *(CLUSTER, COMMANDS, CONF, SECONDS, SACCT_MINUTES, MOST_MEGABYTES, LIVE, LIVE_CHUNK, LIVE_SECONDS),
    *(REST_URL, REST_VERSION, REST_USER, REST_TOKEN_FILE),
)


@dataclass(frozen=True)
class SlurmSettings:
    """The same, read and checked."""

    cluster: str
    commands: str
    conf: str
    seconds: int
    window: timedelta
    most_bytes: int
    live: bool
    live_chunk: int
    live_seconds: int
    rest_url: str
    rest_version: str
    rest_user: str
    rest_token_file: str


def read(config: ChannelConfig) -> SlurmSettings:
    """Raises BadConfiguration: which one, and what it should be."""
    read_ = SlurmSettings(
        cluster=config.text(CLUSTER).strip(),
        commands=config.text(COMMANDS),
        conf=config.text(CONF),
        seconds=config.whole(SECONDS, least=1),
        window=timedelta(minutes=config.whole(SACCT_MINUTES, least=1)),
        most_bytes=config.whole(MOST_MEGABYTES, least=1) << 20,
        live=config.flag(LIVE),
        live_chunk=config.whole(LIVE_CHUNK, least=1),
        live_seconds=config.whole(LIVE_SECONDS, least=1),
        rest_url=config.text(REST_URL).rstrip("/"),
        rest_version=config.text(REST_VERSION),
        rest_user=config.text(REST_USER),
        rest_token_file=config.text(REST_TOKEN_FILE),
    )
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", read_.cluster):
        raise BadConfiguration(
            f"cluster: {read_.cluster!r} must be a name of letters, digits, '.', '_' and '-'"
        )
    for name in ("commands", "conf", "rest_token_file"):
        if (path := getattr(read_, name)) and not Path(path).is_absolute():
            raise BadConfiguration(f"{name}: {path!r} must be an absolute path")
    if read_.rest_url and not read_.rest_url.startswith(("http://", "https://", "unix:/")):
        raise BadConfiguration("rest_url: must begin with http://, https:// or unix:/")
    if read_.rest_url.startswith("http"):
        _check_address(read_.rest_url)
    if not re.fullmatch(r"[\x21-\x7e]*", read_.rest_user):
        raise BadConfiguration(f"rest_user: {read_.rest_user!r} must be a name without blanks")
    if not re.fullmatch(r"v\d+\.\d+\.\d+", read_.rest_version):
        raise BadConfiguration(f"rest_version: {read_.rest_version!r} must look like v0.0.38")
    return read_


def _check_address(url: str) -> None:
    """Of slurmrestd. What stands before an @ is a password as a rule: it is not repeated."""
    try:
        parts = urlsplit(url)
        good = bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        raise BadConfiguration("rest_url: is no address like http://host:6820") from None
    if parts.username is not None:
        raise BadConfiguration(
            "rest_url: must not hold a user or password; the token stands in rest_token_file"
        )
    if not good or parts.path or parts.query or parts.fragment:
        raise BadConfiguration(f"rest_url: {url!r} must be host and port alone, like http://host:6820")
