"""What an administrator may set: one TOML file, overridden by the environment, secrets from files.

`[mail] host = "…"` in `vigie.toml` and `VIGIE_MAIL_HOST=…` are the same option. A secret is never in the file:
`VIGIE_MAIL_PASSWORD_FILE` names a file that holds it.
"""

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from vigie.config import readers, targets
from vigie.config.batch import read as read_batch
from vigie.jobs.rules import Asked


@dataclass(frozen=True)
class Fault:
    """One thing wrong in the configuration: which option, where it came from, what to do."""

    option: str
    source: str
    problem: str

    def __str__(self) -> str:
        return f"{self.option} ({self.source}): {self.problem}"


SHORT_NAMES = {"store.database_url": "VIGIE_DATABASE_URL"}


@dataclass(frozen=True)
class Option:
    """One setting: its section and key in TOML, its default, and what it is for."""

    section: str
    key: str
    default: Any
    read: Callable[[Any], Any]
    about: str

    @property
    def name(self) -> str:
        return f"{self.section}.{self.key}"

    @property
    def variable(self) -> str:
        """The option's name in the environment; the database's has a shorter one, which everybody expects."""
        return SHORT_NAMES.get(self.name, f"VIGIE_{self.section}_{self.key}".upper())


OPTIONS: tuple[Option, ...] = (
    Option("site", "name", "Vigie", readers.text, "name of the centre, on every page and in every mail"),
    Option("site", "url", "http://127.0.0.1:8000", readers.url, "address of the desk, for links in mails"),
    Option("site", "public_url", "", readers.url, "address of the public site, if it is not the desk's"),
    Option(
        "site", "hosts", ["127.0.0.1", "localhost", "[::1]"], readers.texts, "host names the desk answers to"
    ),
    Option(
        "site",
        "time_zone",
        "Europe/Paris",
        readers.zone,
        "the centre's zone: times are entered and shown in it",
    ),
    Option("site", "language", "fr", readers.language, "first language of pages and notices (fr or en)"),
    Option(
        "site", "contact", "", readers.text, "how users reach the centre: written at the foot of every notice"
    ),
    Option(
        "site",
        "debug",
        False,
        readers.yes_no,
        "show errors in the browser; never on a desk that others reach",
    ),
    Option("store", "data", "var", readers.text, "folder for the database, the public site, backups"),
    Option(
        "store",
        "database_url",
        "",
        readers.database_url,
        "postgresql://user@host/name; empty: SQLite in the data folder",
    ),
    Option("serve", "listen", "127.0.0.1:8000", readers.listen, "address and port of `vigie serve`"),
    Option("serve", "threads", 8, readers.count, "threads that answer requests"),
    Option(
        "serve", "proxy", False, readers.yes_no, "behind a proxy that speaks HTTPS and sets X-Forwarded-Proto"
    ),
    Option("mail", "host", "127.0.0.1", readers.text, "SMTP server"),
    Option("mail", "port", 25, readers.port, "its port"),
    Option("mail", "user", "", readers.text, "SMTP login; empty: none"),
    Option("mail", "starttls", False, readers.yes_no, "use STARTTLS"),
    Option("mail", "ca_file", "", readers.text, "certificates to trust instead of the system's (PEM)"),
    Option("mail", "helo", "", readers.text, "name to greet the SMTP server with; empty: this host's"),
    Option("mail", "timeout", 30, readers.count, "seconds to wait for the SMTP server"),
    Option("mail", "sender", "vigie@localhost", readers.text, "From address of notices"),
    Option("inbox", "kind", "imap", readers.text, "how mail is read: the name of an installed inbox"),
    Option("inbox", "host", "", readers.text, "server that keeps what comes in; empty: no mail is read"),
    Option("inbox", "port", 993, readers.port, "its port"),
    Option("inbox", "user", "", readers.text, "its login"),
    Option("inbox", "folder", "INBOX", readers.text, "folder that is read"),
    Option("inbox", "security", "tls", readers.one_of("tls", "starttls", "none"), "tls, starttls, or none"),
    Option("inbox", "ca_file", "", readers.text, "certificates to trust instead of the system's (PEM)"),
    Option("inbox", "timeout", 30, readers.count, "seconds to wait for each answer of the server"),
    Option("inbox", "done_folder", "Vigie-done", readers.text, "where mails go once they are understood"),
    Option(
        "inbox", "aside_folder", "Vigie-aside", readers.text, "where mails go that a person should look at"
    ),
    Option(
        "inbox",
        "address",
        "",
        readers.text,
        "our address for replies, which takes +token: replies@example.org",
    ),
    Option(
        "keep", "mail_days", 365, readers.count, "days after which the words of mails, sent and received, go"
    ),
    Option(
        "keep",
        "left_days",
        1095,
        readers.natural,
        "days after which somebody who left is forgotten; 0: never",
    ),
    Option(
        "keep",
        "accounts_days",
        365,
        readers.natural,
        "days after which the person behind a closed farm account is forgotten; 0: never",
    ),
    Option(
        "keep",
        "imports_days",
        30,
        readers.natural,
        "days after which files that were sent are forgotten; 0: never",
    ),
    Option(
        "keep",
        "jobs_days",
        1095,
        readers.natural,
        "days after which jobs that ended are dropped from the lake; 0: never",
    ),
    Option(
        "keep",
        "samples_days",
        90,
        readers.natural,
        "days after which looks at running jobs are dropped from the lake; 0: never",
    ),
    Option(
        "keep",
        "samples_whole_days",
        14,
        readers.natural,
        "days after which looks at running jobs are thinned to one every half hour",
    ),
    Option(
        "lake", "folder", "", readers.text, "folder of the jobs' history; empty: lake, in the data folder"
    ),
    Option("lake", "memory_mb", 1024, readers.count, "memory that one question to the lake may take, in MB"),
    Option("lake", "threads", 2, readers.count, "threads that answer one question to the lake"),
    Option("accounts", "command", [], readers.argv, "command that prints the farm's accounts as CSV or JSON"),
    Option("accounts", "timeout", 60, readers.count, "seconds after which that command is stopped"),
    Option(
        "accounts", "ldap_url", "", readers.ldap_url, "directory that knows the farm's accounts; empty: none"
    ),
    Option("accounts", "ldap_starttls", True, readers.yes_no, "use STARTTLS where the address is ldap://"),
    Option(
        "accounts", "ldap_ca_file", "", readers.text, "certificates to trust instead of the system's (PEM)"
    ),
    Option("accounts", "ldap_user", "", readers.text, "name (DN) to bind with; empty: anonymous"),
    Option("accounts", "ldap_base", "", readers.text, "where to search, like ou=people,dc=example,dc=org"),
    Option(
        "accounts", "ldap_filter", "(objectClass=posixAccount)", readers.text, "which entries are accounts"
    ),
    Option(
        "accounts",
        "ldap_attributes",
        ["username=uid", "name=cn", "mail=mail"],
        readers.texts,
        "which attribute is which column",
    ),
    Option("accounts", "ldap_cluster", "farm", readers.text, "cluster of every account of the directory"),
    Option(
        "accounts",
        "every",
        0,
        readers.natural,
        "hours between two readings of command and directory; 0: by hand",
    ),
    Option(
        "accounts",
        "least_percent",
        50,
        readers.percent,
        "a source that tells fewer than this share of last time's accounts is not believed",
    ),
    Option("log", "format", "auto", readers.log_format, "json, console, or auto: console on a terminal"),
    Option("log", "level", "info", readers.log_level, "debug, info, warning or error"),
    Option("public", "folder", "", readers.text, "folder of the static public site; empty: DATA/public"),
    Option("public", "push", [], readers.argv, "command that copies it to a host outside the centre"),
    Option("public", "push_timeout", 300, readers.count, "seconds after which that command is stopped"),
    Option(
        "public",
        "heartbeat",
        15,
        readers.count,
        "minutes after which readers are warned that the page is old",
    ),
    Option("jobs", "look_minutes", 10, readers.count, "minutes between two judgements of what runs"),
    Option(
        "jobs", "peer_days", 7, readers.count, "days of finished jobs that running ones are compared with"
    ),
    Option("jobs", "digest", True, readers.yes_no, "mail support persons what wastes cores each morning"),
    Option("duty", "horizon", 90, readers.count, "days ahead for which rotations make shifts"),
    Option(
        "duty", "digest_day", "monday", readers.weekday, "day of the weekly mail about one's shifts; or never"
    ),
    Option(
        "duty", "calendar_minutes", 60, readers.count, "minutes between two readings of a person's calendar"
    ),
    Option(
        "duty",
        "calendar_hosts",
        [],
        readers.texts,
        "hosts of calendars that may have an address inside the centre; others must have a public one",
    ),
    Option(
        "duty", "calendar_folder", "", readers.text, "folder whose .ics files may be calendars; empty: none"
    ),
    Option("oidc", "name", "", readers.text, "name of the OpenID Connect login; empty: local passwords only"),
    Option("oidc", "url", "", readers.url, "its discovery address"),
    Option("oidc", "client", "", readers.text, "its client id"),
)

SECRETS: tuple[tuple[str, str], ...] = (
    ("VIGIE_SECRET_KEY", "signs sessions and links; DATA/secret-key is made on the first start if unset"),
    ("VIGIE_SECRET_KEY_OLD", "the key before it: what it signed is still understood; keep it some months"),
    ("VIGIE_MAIL_PASSWORD", "SMTP password"),
    ("VIGIE_INBOX_PASSWORD", "password of the mailbox that is read"),
    ("VIGIE_ACCOUNTS_LDAP_PASSWORD", "password to bind with to the directory of accounts"),
    ("VIGIE_DATABASE_PASSWORD", "PostgreSQL password, if it is not in the address"),
    ("VIGIE_OIDC_SECRET", "OpenID Connect client secret"),
)


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
        found[name] |= _secrets_of(f"VIGIE_CHANNELS_{name}_")
    return {**found, "mail": {**mail, "password": secret("VIGIE_MAIL_PASSWORD")}}


def _secrets_of(prefix: str) -> dict[str, str]:
    """{setting: secret} of a table, from the variables that begin with its prefix."""
    prefix = prefix.upper().replace("-", "_")
    names = {name.removesuffix("_FILE") for name in os.environ if name.startswith(prefix)}
    return {name.removeprefix(prefix).lower(): secret(name) for name in names}


def batch_systems(options: Options) -> dict[str, Asked]:
    """The batch systems that are asked, by name, secrets included: never show their settings.

    The secrets of `[batch.NAME]` come by `VIGIE_BATCH_NAME_TOKEN_FILE` and the like.
    """
    return {
        name: replace(one, settings={**one.settings, **_secrets_of(f"VIGIE_BATCH_{name}_")})
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
