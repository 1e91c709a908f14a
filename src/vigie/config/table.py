"""Every option and secret, with its default and what it is for; `docs/manual/configuration.md` lists them all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vigie.config import readers

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
