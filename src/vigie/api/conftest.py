"""A client that speaks JSON with a token."""

import itertools
import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.test import Client

from vigie.kernel.access import System
from vigie.people.actions import make_token
from vigie.people.models import Person
from vigie.people.rules import Scope

ALL = tuple(Scope)
NUMBERS = itertools.count(1)


class Caller:
    """One script: `call.get("/outages")`, `call.post("/outages", {...}, key="1")`."""

    def __init__(self, secret: str) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    def send(self, method: str, path: str, body: Any = None, *, key: str = "", **headers: str) -> Any:
        sent = self.headers | headers | ({"Idempotency-Key": key} if key else {})
        return self.client.generic(
            method,
            path if path.startswith("/api") else f"/api/v1{path}",
            b"" if body is None else body if isinstance(body, bytes) else _json(body),
            content_type="application/json",
            headers=sent,
        )

    def get(self, path: str, **headers: str) -> Any:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, *, key: str = "", **headers: str) -> Any:
        return self.send("POST", path, body, key=key, **headers)


def _json(body: Any) -> bytes:

    return json.dumps(body).encode()


Callers = Callable[..., Caller]


@pytest.fixture
def caller(db: None) -> Callers:  # noqa: ARG001 # tokens are rows
    """`caller(cast.lucie, ["read"])`: a script with a token of that person; all scopes unless named."""

    def make(person: Person | None, scopes: Iterable[Scope | str] = ALL) -> Caller:
        if person is None:
            return Caller("")
        _row, secret = make_token(
            System(), person, label=f"script {next(NUMBERS)}", scopes=[Scope(scope) for scope in scopes]
        )
        return Caller(secret)

    return make
