"""A small real HTTP server that misbehaves to order. What it does is chosen by the path of the request:

    /…/status/503      answers so (with Retry-After from ?after=120)     /…/cut       reads all, hangs up without a word
    /…/drip            says now and then that an answer will come        /…/redirect  302 to /elsewhere
    anything else      200, "taken"

It keeps every request that it has read to the end.
"""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Request:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class SmallHttp:
    """Where it listens, and what it got."""

    port: int
    requests: list[Request] = field(default_factory=list)

    def at(self, path: str) -> list[Request]:
        """The requests whose path begins so."""
        return [request for request in self.requests if request.path.startswith(path)]


class _Handler(BaseHTTPRequestHandler):
    small: SmallHttp
    over: threading.Event

    def do_POST(self) -> None:  # http.server's name
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.small.requests.append(Request(self.path, dict(self.headers.items()), body))
        address = urlsplit(self.path)
        match address.path.split("/")[-2:]:
            case [_, "cut"]:
                self.close_connection = True
            case [_, "drip"]:
                with suppress(OSError):
                    while not self.over.wait(0.05):
                        self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            case [_, "redirect"]:
                self.answer(302, {"Location": "/elsewhere"}, b"")
            case ["status", code]:
                after = parse_qs(address.query).get("after", [])
                self.answer(int(code), {"Retry-After": after[0]} if after else {}, b"as you wish")
            case _:
                self.answer(200, {}, b"taken")

    def answer(self, code: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 # http.server's name
        """Tests read `requests`."""


@contextmanager
def small_http_server(certificate: str = "") -> Iterator[SmallHttp]:
    """A running server on loopback; with the path of a PEM file it speaks TLS."""
    small, over = SmallHttp(0), threading.Event()
    handler = type("Handler", (_Handler,), {"small": small, "over": over})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    small.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield small
    finally:
        over.set()
        server.shutdown()
        thread.join()
        server.server_close()
