"""`[targets.NAME]`: where notices go beside mail. The address (a chat room, a webhook) holds keys: it stands in a file."""

import re
from collections.abc import Mapping
from typing import Any

KEYS = {
    "channel": "the way out, as “apprise” or “webhook”",
    "address_file": "file that holds the address, which is a secret",
    "language": "fr or en; empty: the first language of the site",
    "use": "notices, or calls: somebody’s pager; empty: notices",
}
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def read(table: Any) -> tuple[dict[str, dict[str, str]], list[tuple[str, str]]]:
    """The good ones, {name: {key: value}}, and of the others (option, what is wrong with it); no value is repeated."""
    if not isinstance(table, dict):
        return {}, [("targets", "must be sections like [targets.ops-chat]")]
    good: dict[str, dict[str, str]] = {}
    faults: list[tuple[str, str]] = []
    for name, values in table.items():
        found = list(_faults(str(name), values))
        faults += found
        if not found:
            good[name] = {key: values.get(key, "") for key in KEYS}
    return good, faults


def _faults(name: str, values: Any) -> "list[tuple[str, str]]":
    option = f"targets.{name}"
    if not isinstance(values, Mapping) or not all(isinstance(value, str) for value in values.values()):
        return [(option, "must be a section of texts: channel, address_file, language, use")]
    found = []
    if not _NAME.fullmatch(name):
        found.append((option, "its name must be of small letters, digits and hyphens, 40 at most"))
    if "address" in values:
        found.append(
            (f"{option}.address", "an address holds keys: write it into a file and name it in address_file")
        )
    found += [
        (f"{option}.{key}", "is not an option of a target; remove it")
        for key in values
        if key not in {*KEYS, "address"}
    ]
    found += [(f"{option}.{key}", "is missing") for key in ("channel", "address_file") if not values.get(key)]
    if values.get("language", "") not in {"", "fr", "en"}:
        found.append((f"{option}.language", "must be fr or en"))
    if values.get("use", "") not in {"", "notices", "calls"}:
        found.append((f"{option}.use", "must be notices or calls"))
    if values.get("channel") == "mail":
        found.append(
            (f"{option}.channel", "mail goes to people and lists; keep lists on the page /recipients")
        )
    return found
