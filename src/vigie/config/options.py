"""What an administrator may set: one TOML file, overridden by the environment, secrets from files.

`[mail] host = "…"` in `vigie.toml` and `VIGIE_MAIL_HOST=…` are the same option. A secret is never in the file:
`VIGIE_MAIL_PASSWORD_FILE` names a file that holds it.
"""

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from vigie.config import readers, targets
from vigie.config.batch import read as read_batch
from vigie.config.table import OPTIONS, SECRETS, Option
from vigie.jobs.rules import Asked

__all__ = ["OPTIONS", "SECRETS", "Fault", "Option", "Options", "load"]


@dataclass(frozen=True)
class Fault:
    """One thing wrong in the configuration: which option, where it came from, what to do."""

    option: str
    source: str
    problem: str

    def __str__(self) -> str:
        return f"{self.option} ({self.source}): {self.problem}"


@dataclass
class Options:
    """Every option with its value, and the faults met on the way (the value is then the default)."""

    values: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    file: Path | None = None
    channels: dict[str, dict[str, Any]] = field(default_factory=dict)
    targets: dict[str, dict[str, str]] = field(default_factory=dict)
    batch: dict[str, Asked] = field(default_factory=dict)
    detect: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def moved(self, data: Path) -> "Options":
        """The same with another data folder."""
        return replace(self, values={**self.values, "store.data": str(data)})

    @property
    def data(self) -> Path:
        return Path(self.values["store.data"]).expanduser().resolve()


def find_file(environ: Mapping[str, str]) -> Path | None:
    """The TOML file: `VIGIE_CONFIG` (empty: none), else ./vigie.toml, else /etc/vigie/vigie.toml, else none."""
    if "VIGIE_CONFIG" in environ:
        return Path(environ["VIGIE_CONFIG"]) if environ["VIGIE_CONFIG"] else None
    return next(
        (path for path in (Path("vigie.toml"), Path("/etc/vigie/vigie.toml")) if path.is_file()), None
    )


def load(environ: Mapping[str, str] | None = None) -> Options:
    """Read every option; a faulty one is reported in `faults` and keeps its default."""
    environ = os.environ if environ is None else environ
    options = Options(file=find_file(environ))
    table = _read_toml(options)
    options.channels = _channel_tables(table.pop("channels", {}), options)
    options.targets, wrong = targets.read(table.pop("targets", {}))
    options.batch, wrong_batch = read_batch(table.pop("batch", {}))
    wrong += wrong_batch
    options.detect, wrong_detect = _detect_tables(table.pop("detect", {}))
    wrong += wrong_detect
    options.faults += [Fault(name, str(options.file), problem) for name, problem in wrong]
    known = {option.name for option in OPTIONS}
    for section, content in table.items():
        for key in content if isinstance(content, dict) else [section]:
            name = f"{section}.{key}" if isinstance(content, dict) else key
            if name not in known:
                options.faults.append(Fault(name, str(options.file), "is not an option of Vigie; remove it"))
    for option in OPTIONS:
        options.values[option.name] = _value(option, table, environ, options)
    return options


def _read_toml(options: Options) -> dict[str, Any]:
    if options.file is None:
        return {}
    try:
        return tomllib.loads(options.file.read_text("utf-8"))
    except OSError as error:
        problem = f"can't be read: {error.strerror}"
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problem = f"is not TOML: {error}"
    options.faults.append(Fault("vigie.toml", str(options.file), problem))
    return {}


def _channel_tables(table: Any, options: Options) -> dict[str, dict[str, Any]]:
    """The plug-ins' own sections; what they may hold is theirs to say (`vigie check-config` asks them)."""
    if isinstance(table, dict) and all(isinstance(values, dict) for values in table.values()):
        return table
    options.faults.append(Fault("channels", str(options.file), "must be sections like [channels.sms]"))
    return {}


def _detect_tables(table: Any) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """`[detect.NAME]` as it stands (the detectors read it), and its faults."""
    if not table:
        return {}, []
    from vigie.jobs.detect import thresholds  # noqa: PLC0415 # Arrow: only where something is configured

    _mine, faults = thresholds.read(table)
    return (table if isinstance(table, dict) else {}), faults


def _value(option: Option, table: Mapping[str, Any], environ: Mapping[str, str], options: Options) -> Any:
    section = table.get(option.section)
    value, source = option.default, "default"
    if isinstance(section, dict) and option.key in section:
        value, source = section[option.key], str(options.file)
    if option.variable in environ:
        value, source = environ[option.variable], option.variable
        if option.read is readers.argv:
            options.faults.append(
                Fault(option.name, source, "a command can only be set in the file, as a list")
            )
            return option.default
    try:
        return option.read(value)
    except ValueError as error:
        options.faults.append(Fault(option.name, source, f"{_shown(value)!r} {error}"))
        return option.default


def _shown(value: Any) -> Any:
    """A value as it may stand in a message: the password of an address is nobody's business."""
    return re.sub(r":[^:@/]*@", ":…@", value) if isinstance(value, str) else value


def secret(name: str, environ: Mapping[str, str] | None = None) -> str:
    """A secret from the file that `NAME_FILE` names, or from `NAME`; "" if neither is set.

    Raises OSError when the file is named but can't be read: a desk must not start with half its secrets.
    """
    environ = os.environ if environ is None else environ
    if path := environ.get(f"{name}_FILE"):
        return Path(path).read_text("utf-8").strip()
    return environ.get(name, "")


def channels(options: Options) -> dict[str, dict[str, Any]]:
    """{channel: {setting: value}} for the ways out, secrets included: never show it.

    Mail has its own section, because every desk needs it; a plug-in's section is `[channels.NAME]`, its secrets
    come by `VIGIE_CHANNELS_NAME_PASSWORD_FILE` and the like.
    """
    mail = {
        name.partition(".")[2]: value for name, value in options.values.items() if name.startswith("mail.")
    }
    found: dict[str, dict[str, Any]] = {name: dict(values) for name, values in options.channels.items()}
    for name in found:
        found[name] |= _secrets_of("VIGIE_CHANNELS", name, found)
    return {**found, "mail": {**mail, "password": secret("VIGIE_MAIL_PASSWORD")}}


def _secrets_of(kind: str, table: str, tables: Iterable[str]) -> dict[str, str]:
    """{setting: secret} of a table, from the variables that begin with its name.

    A variable may begin with the names of two: VIGIE_BATCH_FAR_FARM_TOKEN is of `far-farm`, not of `far`.
    """
    prefix, *longer = (f"{kind}_{name}_".upper().replace("-", "_") for name in (table, *tables))
    others = tuple(one for one in longer if one != prefix and one.startswith(prefix))
    names = {
        name.removesuffix("_FILE")
        for name in os.environ
        if name.startswith(prefix) and not name.startswith(others)
    }
    return {name.removeprefix(prefix).lower(): secret(name) for name in names}


def batch_systems(options: Options) -> dict[str, Asked]:
    """The batch systems that are asked, by name, secrets included: never show their settings.

    The secrets of `[batch.NAME]` come by `VIGIE_BATCH_NAME_TOKEN_FILE` and the like.
    """
    return {
        name: replace(one, settings={**one.settings, **_secrets_of("VIGIE_BATCH", name, options.batch)})
        for name, one in options.batch.items()
    }


def inbox(options: Options) -> dict[str, Any]:
    """{setting: value} of the mailbox that is read, its secret included: never show it."""
    values = {
        name.partition(".")[2]: value for name, value in options.values.items() if name.startswith("inbox.")
    }
    return {**values, "password": secret("VIGIE_INBOX_PASSWORD")}


def accounts(options: Options) -> dict[str, Any]:
    """{setting: value} of where farm accounts come from, the secret included: never show it."""
    values = {
        name.partition(".")[2]: value
        for name, value in options.values.items()
        if name.startswith("accounts.")
    }
    return {**values, "ldap_password": secret("VIGIE_ACCOUNTS_LDAP_PASSWORD")}


def database(options: Options) -> dict[str, Any]:
    """Django's DATABASES["default"] for the options: PostgreSQL by address, else SQLite in the data folder."""
    address = options["store.database_url"]
    if not address:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": options.data / "vigie.sqlite3",
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                # FULL: what a verb answered "done" to must survive a power cut.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
        }
    parts = urlsplit(address)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or secret("VIGIE_DATABASE_PASSWORD")),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
