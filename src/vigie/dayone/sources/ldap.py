"""Accounts from a directory (LDAP): a bind, a base, a filter, and which attribute is which column."""

import ssl
from collections.abc import Iterator, Mapping
from typing import Any

import ldap3  # type: ignore[import-untyped] # ships no types
from django.utils.translation import gettext as _
from ldap3.core.exceptions import LDAPException  # type: ignore[import-untyped] # same

from vigie.dayone.kinds.accounts import ACCOUNTS
from vigie.dayone.sources.trouble import Away
from vigie.dayone.table import Table, from_entries

PAGE = 500
MOST = 500_000
SECONDS = 30


def fetch(options: Mapping[str, Any]) -> Table:
    """Every entry under the base that fits the filter; `Away` says what went wrong.

    `ldap_attributes` maps columns: `username=uid`. A column that no attribute gives is left as Vigie has it, but for
    the cluster: `ldap_cluster` is the same for all.
    """
    columns = dict(pair.split("=", 1) for pair in options["ldap_attributes"] if "=" in pair)
    if "username" not in columns:
        raise Away(_("accounts.ldap_attributes must say which attribute is the username, like username=uid."))
    entries: list[dict[str, str]] = []
    try:
        with _connected(options) as connection:
            for attributes in _search(connection, options, sorted(set(columns.values()))):
                found = {column: _first(attributes.get(name)) for column, name in columns.items()}
                entries.append({"cluster": options["ldap_cluster"], **found})
                if len(entries) > MOST:
                    raise Away(
                        _("The directory has more than %(n)d entries; narrow its filter.") % {"n": MOST}
                    )
    except (LDAPException, OSError) as error:
        raise Away(
            _("The directory %(url)s can’t be read: %(why)s.")
            % {"url": options["ldap_url"], "why": _words(error)}
        ) from None
    return from_entries(entries, ACCOUNTS)


def _connected(options: Mapping[str, Any]) -> ldap3.Connection:
    """Bound, over TLS unless the address is ldap:// and `ldap_starttls` is off."""
    tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=options["ldap_ca_file"] or None)
    server = ldap3.Server(options["ldap_url"], connect_timeout=SECONDS, tls=tls, get_info=ldap3.NONE)
    connection = ldap3.Connection(
        server,
        user=options["ldap_user"] or None,
        password=options["ldap_password"] or None,
        receive_timeout=SECONDS,
        raise_exceptions=True,
        read_only=True,
    )
    connection.open()
    if options["ldap_url"].startswith("ldap://") and options["ldap_starttls"]:
        connection.start_tls()
    connection.bind()
    return connection


def _search(
    connection: Any, options: Mapping[str, Any], attributes: list[str]
) -> Iterator[Mapping[str, Any]]:
    found = connection.extend.standard.paged_search(
        options["ldap_base"], options["ldap_filter"], attributes=attributes, paged_size=PAGE, generator=True
    )
    for entry in found:
        if entry["type"] == "searchResEntry":
            yield entry["raw_attributes"]


def _first(values: Any) -> str:
    """The first value of an attribute as text; bytes that are no UTF-8 are kept aside as a line later."""
    return values[0].decode("utf-8", "replace") if values else ""


def _words(error: Exception) -> str:
    first = (str(error).strip().splitlines() or [""])[0]
    return f"{type(error).__name__}: {first}"[:200] if first else type(error).__name__
