"""Where a webhook may lead. The address is given by people; the request leaves from inside the centre.

The host is looked up once and the connection goes to the numbers that were checked: a name that answers
differently the second time gains nothing.
"""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from vigie.contracts.channel import BadConfiguration, PassingFailure, PermanentFailure

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Link-local (where cloud hosts keep their credentials), other clouds' metadata, "this host", multicast, broadcast.
REFUSED = (
    "169.254.0.0/16 fe80::/10 fd00:ec2::254/128 fd20:ce::254/128 100.100.100.200/32 168.63.129.16/32 "
    "0.0.0.0/8 ::/128 224.0.0.0/4 ff00::/8 255.255.255.255/32"
)
_LONGEST = 2000


@dataclass(frozen=True)
class Target:
    """An address taken apart. `path` is as it goes into the request; `shown` hides what may be a secret in it."""

    https: bool
    host: str
    port: int
    path: str

    @property
    def shown(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.https else 'http'}://{host}:{self.port}"


def target(address: str) -> Target:
    """Raises PermanentFailure for what is no address of a webhook; its words show no path."""
    plain = address.isascii() and address.isprintable() and not set(' "<>\\^`{|}') & set(address)
    try:
        parts = urlsplit(address if plain and len(address) <= _LONGEST else "")
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except (ValueError, UnicodeError):
        raise PermanentFailure("The webhook's address can't be read.") from None
    if parts.scheme not in {"https", "http"} or not host:
        raise PermanentFailure("The webhook's address must be like https://host/path, in plain ASCII.")
    if parts.username is not None or parts.password is not None:
        raise PermanentFailure(f"The webhook's address on {host} must hold no name and no password.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme == "https", host, port, path)


def networks(text: str) -> tuple[Network, ...]:
    """Networks separated by blanks. Raises BadConfiguration."""
    try:
        return tuple(ipaddress.ip_network(one) for one in text.split())
    except ValueError as error:
        raise BadConfiguration(f"refused_networks: {error}") from error


def resolve(to: Target, refused: tuple[Network, ...], *, allow_http: bool) -> tuple[str, ...]:
    """The checked numeric addresses of the host. Raises PermanentFailure, or PassingFailure if it has none now."""
    try:
        found = socket.getaddrinfo(to.host, to.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise PassingFailure(f"The name of {to.shown} can't be looked up: {error.strerror}.") from error
    numbers = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
    real = [_real(number) for number in numbers]
    for address in real:
        if any(address in network for network in refused):
            raise PermanentFailure(
                f"{to.shown} leads to {address}, where no webhook may go (setting refused_networks)."
            )
    if not to.https and not allow_http and not all(address.is_loopback for address in real):
        raise PermanentFailure(f"{to.shown}: a webhook beyond this host needs https (or setting allow_http).")
    return numbers


def _real(number: str) -> Address:
    """Without a zone; an IPv4 address in the clothes of IPv6 (mapped, 6to4, NAT64) as itself."""
    address = ipaddress.ip_address(number.partition("%")[0])
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in ipaddress.IPv6Network("64:ff9b::/96"):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
