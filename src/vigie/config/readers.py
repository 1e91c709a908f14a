"""How each sort of option is read: a value, or `ValueError` with what it must be."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("must be a text")  # noqa: TRY004 # one exception type carries every fault
    return value


def whole(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise ValueError("must be a whole number") from None


def yes_no(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}
    try:
        return words[str(value).lower()]
    except KeyError:
        raise ValueError("must be true or false") from None


def texts(value: Any) -> list[str]:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    if isinstance(value, str):
        return [item.strip() for item in value.split(",") if item.strip()]
    raise ValueError('must be a list of texts (in the environment: "a, b")')


def zone(value: Any) -> str:
    try:
        ZoneInfo(text(value))
    except (ZoneInfoNotFoundError, OSError, ValueError):
        raise ValueError("is not a time zone; write it like Europe/Paris") from None
    return str(value)


def language(value: Any) -> str:
    if value not in {"fr", "en"}:
        raise ValueError("must be fr or en")
    return str(value)


def one_of(*words: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return str(value)

    return read


weekday = one_of("never", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
log_format = one_of("auto", "json", "console")
log_level = one_of("debug", "info", "warning", "error")


def url(value: Any) -> str:
    parts = urlsplit(text(value))
    if value and (parts.scheme not in {"http", "https"} or not parts.netloc):
        raise ValueError("must be an address like https://desk.example.org")
    return str(value).rstrip("/")


def database_url(value: Any) -> str:
    parts = urlsplit(text(value))
    if value and (parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/")):
        raise ValueError("must be an address like postgresql://user@host/name, or empty for SQLite")
    return str(value)


def port(value: Any) -> int:
    number = whole(value)
    if not 0 < number < 65_536:  # noqa: PLR2004 # ports of TCP
        raise ValueError("must be a port: 1 to 65535")
    return number


MOST = 700_000  # so many days ago there is still a date


def natural(value: Any) -> int:
    number = whole(value)
    if number < 0:
        raise ValueError("must be 0 or more")
    if number > MOST:
        raise ValueError(f"must be {MOST} or less")
    return number


def percent(value: Any) -> int:
    number = whole(value)
    if not 0 <= number <= 100:  # noqa: PLR2004 # per cent
        raise ValueError("must be 0 to 100")
    return number


def ldap_url(value: Any) -> str:
    parts = urlsplit(text(value))
    if value and (parts.scheme not in {"ldap", "ldaps"} or not parts.hostname):
        raise ValueError("must be an address like ldaps://directory.example.org")
    return str(value)


def count(value: Any) -> int:
    number = natural(value)
    if number < 1:
        raise ValueError("must be 1 or more")
    return number


def listen(value: Any) -> str:
    host, colon, port = text(value).rpartition(":")
    if not (host and colon and port.isdigit() and 0 <= int(port) < 65_536):  # noqa: PLR2004 # ports of TCP
        raise ValueError("must be an address and a port, like 127.0.0.1:8000")
    return str(value)


def argv(value: Any) -> list[str]:
    """A command as an argument list, never a shell string."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    raise ValueError(
        'must be a list of arguments, like ["rsync", "-a", "--delete", "{folder}/", "host:status/"]'
    )
