"""Read a small file from an address that people gave, without being led where the house keeps its secrets.

https only; the host is looked up once and the connection goes to the numbers that were checked; redirects are few
and each is checked anew; time and size are bounded.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Collection
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

MOST_BYTES = 4_000_000
SECONDS = 20.0
REDIRECTS = 3
_LONGEST = 2000


class Unreachable(Exception):
    """It can't be read now, or never; the text says why and shows no path, which may hold a secret."""


def fetch(
    address: str,
    *,
    inside: Collection[str] = (),
    folder: Path | None = None,
    tls: ssl.SSLContext | None = None,
    seconds: float = SECONDS,
) -> bytes:
    """The bytes at `address`. `inside` names the hosts that may have an address inside the centre; a file: address
    must lie in `folder`. Raises Unreachable.
    """
    parts = urlsplit(checked(address))
    if parts.scheme == "file":
        return _file(unquote(parts.path), folder)
    context = tls or ssl.create_default_context()
    for _hop in range(REDIRECTS + 1):
        status, where, body = _once(address, inside, context, seconds)
        if status // 100 == 2:  # noqa: PLR2004 # HTTP's "here it is"
            return body
        if status not in {301, 302, 303, 307, 308} or not where:
            raise Unreachable(f"{_host(address)} answers {status}")
        address = checked(urljoin(address, where))
        if not address.startswith("https:"):
            raise Unreachable("it leads on to an address that is not https")
    raise Unreachable(f"it leads on more than {REDIRECTS} times")


def checked(address: str) -> str:
    """The address, if it can be one: https with a host and no password, or file. Raises Unreachable."""
    plain = address.isascii() and address.isprintable() and not set(' "<>\\^`{|}') & set(address)
    try:
        parts = urlsplit(address if plain and len(address) <= _LONGEST else "")
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise Unreachable("this is no address") from None
    if parts.scheme == "file" and parts.path and not parts.netloc:
        return address
    if parts.scheme != "https" or not host:
        raise Unreachable("write an address like https://host/path.ics, in plain ASCII")
    if parts.username is not None or parts.password is not None:
        raise Unreachable("an address holds no name and no password")
    return address


def _host(address: str) -> str:
    return urlsplit(address).hostname or "it"


def _file(path: str, folder: Path | None) -> bytes:
    if folder is None:
        raise Unreachable("files are not read here")
    try:
        real = Path(path).resolve(strict=True)
        if not real.is_relative_to(folder.resolve()) or real.suffix != ".ics":
            raise Unreachable("only .ics files of the folder of calendars are read")
        with real.open("rb") as file:
            return _bounded(file.read(MOST_BYTES + 1))
    except OSError as error:
        raise Unreachable(f"the file can't be read: {error.strerror}") from None


def _bounded(body: bytes) -> bytes:
    if len(body) > MOST_BYTES:
        raise Unreachable(f"it is longer than {MOST_BYTES:,} bytes")
    return body


def _once(
    address: str, inside: Collection[str], tls: ssl.SSLContext, seconds: float
) -> tuple[int, str, bytes]:
    """One request: (status, where it leads on, what it says)."""
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or 443
    connection = _Connection(host, port, _numbers(host, port, inside), tls, seconds)
    timer = threading.Timer(seconds, connection.hang_up)
    timer.daemon = True
    timer.start()
    try:
        with closing(connection):
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("GET", path, headers={"User-Agent": "Vigie", "Accept": "text/calendar"})
            answer = connection.getresponse()
            body = answer.read(MOST_BYTES + 1) if answer.status // 100 == 2 else b""  # noqa: PLR2004 # as above
            if connection.late:
                raise TimeoutError
            return answer.status, answer.getheader("Location", ""), _bounded(body)
    except ssl.SSLCertVerificationError as error:
        raise Unreachable(f"{host} can't prove who it is: {error.verify_message}") from None
    except (OSError, http.client.HTTPException) as error:
        late = connection.late or isinstance(error, TimeoutError)
        words = f"no answer within {seconds:.0f} s" if late else str(error) or type(error).__name__
        raise Unreachable(f"{host} can't be reached: {words}") from None
    finally:
        timer.cancel()


def _numbers(host: str, port: int, inside: Collection[str]) -> list[str]:
    """The numeric addresses of a host, each of them public unless the host is one of ours."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        words = getattr(error, "strerror", None) or error
        raise Unreachable(f"the name {host} can't be looked up: {words}") from None
    numbers = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for number in numbers:
        if host not in inside and not _public(number):
            raise Unreachable(f"{host} lies inside the centre, and is not among the hosts of calendars")
    return numbers


def _public(number: str) -> bool:
    address = ipaddress.ip_address(number.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address in ipaddress.IPv6Network("64:ff9b::/96"):  # an IPv4 address in other clothes
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF).is_global
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return inner.is_global
    return address.is_global and not address.is_multicast


class _Connection(http.client.HTTPSConnection):
    """A connection to numbers that were looked up and checked before, with one deadline for all of it."""

    def __init__(self, host: str, port: int, numbers: list[str], tls: ssl.SSLContext, seconds: float) -> None:
        super().__init__(host, port, timeout=seconds, context=tls)
        self._numbers, self._tls, self._seconds = numbers, tls, seconds
        self.late = False

    def connect(self) -> None:
        for number in self._numbers:
            try:
                plain = socket.create_connection((number, self.port), self._seconds)
                break
            except OSError:
                if number == self._numbers[-1] or self.late:
                    raise
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host, do_handshake_on_connect=False)
        self.sock.do_handshake()

    def hang_up(self) -> None:
        self.late = True
        if self.sock is not None:
            with suppress(OSError):
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)
