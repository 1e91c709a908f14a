"""What `vigie check-config` looks at: options, secrets, folders, the database, and on request the mail server."""

import os
import shutil
import smtplib
import socket
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from vigie.cli.house import Finding
from vigie.config import options as config
from vigie.config.options import SECRETS, Options
from vigie.contracts.batch import BatchSystem, Starts
from vigie.contracts.channel import BadConfiguration

CONNECT_SECONDS = 5


def findings(*, network: bool = False) -> list[Finding]:
    """Every finding, in the order in which a person would mend them. `network` also calls the mail server."""
    options = config.load()
    found = [*_file(options), *_secrets(), *_folders(options)]
    if not options.faults and all(finding.ok for finding in found):
        found += [
            _try("database", _database),
            _try("tables", _tables),
            *_channels(),
            *_targets(),
            *_inbox(options),
            *findings_of_batch(),
        ]
        if network:
            found.append(_try("mail server", lambda: _mail_server(options)))
    return found


def _file(options: Options) -> Iterator[Finding]:
    where = str(options.file) if options.file else "none: environment and defaults only"
    yield Finding("vigie.toml", ok=True, words=where)
    for fault in options.faults:
        yield Finding(f"{fault.option} ({fault.source})", ok=False, words=fault.problem)


def _secrets() -> Iterator[Finding]:
    for name, about in SECRETS:
        path = os.environ.get(f"{name}_FILE")
        if path is None:
            continue
        try:
            words = about if config.secret(name) else ""
        except OSError as error:
            yield Finding(
                f"{name}_FILE",
                ok=False,
                words=f"{path} can't be read: {error.strerror}. Give its user the right to.",
            )
            continue
        if not words:
            yield Finding(f"{name}_FILE", ok=False, words=f"{path} is empty; write the secret into it.")
        elif Path(path).stat().st_mode & 0o004:
            yield Finding(f"{name}_FILE", ok=False, words=f"{path} can be read by everybody; chmod o-r it.")
        else:
            yield Finding(f"{name}_FILE", ok=True, words=about)


def _folders(options: Options) -> Iterator[Finding]:
    folders = {"store.data": options.data}
    if named := options["public.folder"]:
        folders["public.folder"] = Path(named)
    for name, folder in folders.items():
        there = next(parent for parent in (folder, *folder.parents) if parent.exists())
        if not there.is_dir():
            yield Finding(name, ok=False, words=f"{there} is a file, not a folder; name another or move it.")
        elif not os.access(there, os.W_OK | os.X_OK):
            yield Finding(
                name, ok=False, words=f"{there} can't be written; give it to the user that runs Vigie."
            )
        else:
            yield Finding(name, ok=True, words=str(folder))


def _try(what: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except Exception as error:  # noqa: BLE001 # every trouble is a finding, that is what the command is for
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        return Finding(what, ok=False, words=first)


def _database() -> Finding:
    import django  # noqa: PLC0415 # the options are in order by now
    from django.db import connection  # noqa: PLC0415 # same

    django.setup()
    if connection.vendor == "sqlite":
        name = Path(connection.settings_dict["NAME"])
        if not name.exists():
            return Finding(
                "database", ok=True, words=f"{name}: not there yet; the first “vigie serve” makes it"
            )
    connection.ensure_connection()
    return Finding("database", ok=True, words=f"{connection.vendor}: {connection.settings_dict['NAME']}")


def _tables() -> Finding:
    from vigie.cli import database  # noqa: PLC0415 # needs Django

    if database.is_new():
        return Finding("tables", ok=True, words="made with the database")
    steps = database.open_steps()
    words = f"{len(steps)} steps are missing ({steps[0]} …); run “vigie migrate”." if steps else "up to date"
    return Finding("tables", ok=not steps, words=words)


def _channels() -> Iterator[Finding]:
    from vigie.post import channels  # noqa: PLC0415 # needs Django

    for name in sorted(channels.installed()):
        yield _try(f"channel {name}", partial(_channel, name))


def _channel(name: str) -> Finding:
    from vigie.post import channels  # noqa: PLC0415 # needs Django

    return Finding(f"channel {name}", ok=True, words=channels.configured(name).info.title_en)


def _targets() -> Iterator[Finding]:
    from vigie.post import targets  # noqa: PLC0415 # needs Django

    for target in targets.every():
        yield _try(f"target {target.name}", partial(_target, target.name))


def _target(name: str) -> Finding:
    from vigie.contracts.channel import ChecksAddresses  # noqa: PLC0415 # needs Django
    from vigie.post import channels, targets  # noqa: PLC0415 # same

    target = next(one for one in targets.every() if one.name == name)
    channel = channels.configured(target.channel)
    address = target.address()
    if channel.info.payload == "mail":
        words = "this channel carries mails; keep lists on the page /recipients."
        return Finding(f"target {name}", ok=False, words=words)
    if Path(target.address_file).stat().st_mode & 0o004:
        words = f"{target.address_file} can be read by everybody; chmod o-r it."
        return Finding(f"target {name}", ok=False, words=words)
    if isinstance(channel, ChecksAddresses):
        channel.check_address(address)
    return Finding(f"target {name}", ok=True, words=f"{channel.info.title_en}, {target.language}")


def _inbox(options: Options) -> Iterator[Finding]:
    if not options["inbox.host"]:
        yield Finding(
            "inbox", ok=True, words="no mailbox is read: replies and bounces reach nobody here (inbox.host)"
        )
        return
    if not config.secret("VIGIE_INBOX_PASSWORD"):
        words = "the mailbox has no password; name a file that holds it in VIGIE_INBOX_PASSWORD_FILE."
        yield Finding("VIGIE_INBOX_PASSWORD", ok=False, words=words)
    if "@" not in options["inbox.address"]:
        yield Finding(
            "inbox.address",
            ok=True,
            words="empty: replies are recognised by their Message-ID only; better an address that takes +token",
        )
    yield _try("inbox", _inbox_class)


def _inbox_class() -> Finding:
    from vigie.post import inboxes  # noqa: PLC0415 # needs Django

    return Finding("inbox", ok=True, words=inboxes.configured().info.title_en)


def findings_of_batch() -> Iterator[Finding]:
    """Whether each `[batch.NAME]` can be asked at all; nothing is asked."""
    from vigie.jobs import adapters  # noqa: PLC0415 # needs Django

    for name in sorted(adapters.tables()):
        yield _try(f"batch {name}", partial(_batch_system, name))


def _batch_system(name: str) -> Finding:
    from vigie.jobs import adapters  # noqa: PLC0415 # needs Django

    system = adapters.configured(name)
    if twin := next((one for one in adapters.tables() if one < name and _cluster(one) == system.cluster), ""):
        words = f"its cluster is {system.cluster}, as that of batch.{twin}; give one of them another name."
        return Finding(f"batch {name}", ok=False, words=words)
    if missing := [one for one in _programs(system) if shutil.which(one) is None]:
        words = f"{', '.join(missing)}: there is no such command that this account may run."
        return Finding(f"batch {name}", ok=False, words=words)
    tried = system.info.tried_on or "no real system yet"
    words = f"{system.info.title_en}, cluster {system.cluster}; tried on {tried}"
    return Finding(f"batch {name}", ok=True, words=words)


def _programs(system: BatchSystem) -> Sequence[str]:
    return system.programs() if isinstance(system, Starts) else ()


def _cluster(name: str) -> str:
    """ "" if it is wrong: that is said where its turn comes."""
    from vigie.jobs import adapters  # noqa: PLC0415 # needs Django

    try:
        return adapters.configured(name).cluster
    except BadConfiguration:
        return ""


def _mail_server(options: Options) -> Finding:
    where = f"{options['mail.host']}:{options['mail.port']}"
    try:
        with smtplib.SMTP(options["mail.host"], options["mail.port"], timeout=CONNECT_SECONDS) as smtp:
            smtp.noop()
    except (OSError, smtplib.SMTPException, socket.gaierror) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return Finding(
            "mail server",
            ok=False,
            words=f"{where} does not answer ({reason}); look at mail.host and mail.port.",
        )
    return Finding("mail server", ok=True, words=where)
