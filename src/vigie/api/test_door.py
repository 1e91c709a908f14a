"""Who gets in, with what; and what every operation says of itself."""

import html
import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.cast import Cast

from vigie.api.document import operations
from vigie.api.v1 import api
from vigie.kernel.access import System
from vigie.kernel.clock import Clock
from vigie.outages.actions import declare_sudden
from vigie.outages.models import Outage
from vigie.people.actions import leave, make_token, revoke_token
from vigie.people.models import ApiToken
from vigie.people.rules import Scope

DOCUMENT = api.get_openapi_schema()
OPERATIONS = list(operations(DOCUMENT))
IDS = [f"{method} {path}" for method, path, _operation in OPERATIONS]
SHAPE = {"code", "message", "hint", "field"}


def filled(path: str) -> str:
    return re.sub(r"\{\w+\}", "1", path)


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=IDS)
def test_every_operation_says_what_it_is(method, path, operation):
    assert operation["summary"]
    assert operation["description"]
    assert operation["x-scope"] in set(Scope)
    assert operation["security"]
    assert {"400", "401", "403", "404", "409", "413", "422"} <= {str(key) for key in operation["responses"]}
    assert operation["tags"]


def test_operations_have_names_of_their_own():
    names = [operation["operationId"] for _method, _path, operation in OPERATIONS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=IDS)
def test_no_token_no_answer(caller, method, path, operation):
    answer = caller(None).send(method.upper(), filled(path), {})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert set(answer.json()["error"]) == SHAPE


@pytest.mark.django_db
def test_a_token_opens_only_what_its_scope_names(cast: Cast, caller):
    """The table: every operation × every scope. What is not refused got past the door, whatever it answers then."""
    callers = {scope: caller(cast.lucie, [scope]) for scope in Scope}
    wrong = []
    for method, path, operation in OPERATIONS:
        for scope, script in callers.items():
            answer = script.send(method.upper(), filled(path), {})
            refused = answer.status_code == 403 and answer.json()["error"]["code"] == "scope.missing"
            if refused != (scope != operation["x-scope"]) or answer.status_code >= 500:
                wrong.append((method, path, scope, answer.status_code))
    assert not wrong


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer wrong", "Basic YTpi", "Bearer \x80", "bearer  vigie_x y", "Token x"],
)
def test_a_bad_header_is_refused_with_words(db, header):
    answer = Client().get("/api/v1/whoami", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.json()["error"]["message"]


def test_an_expired_a_revoked_and_a_leavers_token_are_strangers(cast: Cast, caller, clock: Clock):
    script, other = caller(cast.lucie), caller(cast.bruno)
    assert script.get("/whoami").status_code == 200
    revoke_token(System(), ApiToken.objects.get(person=cast.lucie))
    assert script.get("/whoami").status_code == 401
    leave(System(), cast.bruno)
    assert other.get("/whoami").status_code == 401
    _row, secret = make_token(
        System(), cast.amina, label="short", scopes=[Scope.READ], expires_at=clock.now() + timedelta(hours=1)
    )
    clock.tick(hours=1)
    assert Client().get("/api/v1/whoami", headers={"Authorization": f"Bearer {secret}"}).status_code == 401


def test_its_last_use_is_kept(cast: Cast, caller, clock: Clock):
    caller(cast.lucie).get("/whoami")
    assert ApiToken.objects.get().last_used_at == clock.now()


def test_a_session_reads_and_writes_only_with_the_csrf_token(cast: Cast):
    client = Client(enforce_csrf_checks=True)
    assert client.get("/api/v1/whoami").status_code == 401
    client.force_login(cast.amina, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/api/v1/whoami").json()["login"] == "amina"
    body = '{"services": {"storage": "down"}}'
    refused = client.post("/api/v1/outages", body, content_type="application/json")
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "csrf"
    client.cookies["csrftoken"] = "a" * 32
    made = client.post(
        "/api/v1/outages", body, content_type="application/json", headers={"X-CSRFToken": "a" * 32}
    )
    assert made.status_code == 201


def test_a_bad_token_is_not_helped_by_a_session(cast: Cast):
    client = Client()
    client.force_login(cast.amina, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/api/v1/whoami", headers={"Authorization": "Bearer no"}).status_code == 401


def test_words_come_in_the_language_asked_for(db):
    english = Client().get("/api/v1/whoami", headers={"Accept-Language": "en"}).json()["error"]["message"]
    french = Client().get("/api/v1/whoami", headers={"Accept-Language": "fr"}).json()["error"]["message"]
    assert "token" in english
    assert french != english


def test_unknown_addresses_and_methods_are_in_the_same_shape(db):
    nowhere = Client().get("/api/v1/nowhere")
    assert (nowhere.status_code, set(nowhere.json()["error"])) == (404, SHAPE)
    delete = Client().delete("/api/v1/outages")
    assert (delete.status_code, set(delete.json()["error"])) == (405, SHAPE)
    assert "GET" in delete["Allow"]


def test_the_documents_need_no_token_and_obey_the_policy(db):
    assert Client().get("/api/v1/openapi.json").json()["openapi"].startswith("3.")
    page = Client().get("/api/v1/docs")
    text = html.unescape(page.content.decode())
    assert page.status_code == 200
    assert "script-src 'self'" in page["Content-Security-Policy"]
    assert "<script" not in text
    assert "style=" not in text
    assert "https://cdn" not in text
    for _method, path, operation in OPERATIONS:
        assert operation["summary"] in text
        assert path in text


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["2026-11-22T14:00:00Z", "storage", "down", "no", "en", "what"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=6) | st.sampled_from(["storage", "en", "what"]), inner, max_size=3)
    ),
    max_leaves=5,
)


def _fields(operation) -> list[str]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    name = content.get("schema", {}).get("$ref", "/").rsplit("/", 1)[1]
    return list(DOCUMENT["components"]["schemas"].get(name, {}).get("properties", {})) or ["x"]


@settings(
    deadline=None,
    max_examples=80,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_whatever_is_sent_anywhere_is_answered_not_crashed_on(cast: Cast, caller, data):
    """Any operation, any values in its fields and filters: never a 500."""
    if not Outage.objects.exists():
        declare_sudden(cast.amina, services={"storage": "down"})
    method, path, operation = data.draw(st.sampled_from(OPERATIONS))
    body = data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(_fields(operation), ANYTHING)))
    texts = st.text(max_size=12) | st.sampled_from(["1", "-1", "open", "2026-11-22T14:00:00Z", "9" * 30])
    names = [item["name"] for item in operation.get("parameters", ()) if item["in"] == "query"]
    query = urlencode({name: data.draw(texts).encode("utf-8", "replace") for name in names})
    number = data.draw(st.sampled_from(["1", "0", "x", "storage", "%00", "99999999999"]))
    address = re.sub(r"\{\w+\}", number, path)
    answer = caller(cast.lucie).send(method.upper(), f"{address}?{query}", body)
    assert answer.status_code < 500, (method, address, query, body, answer.content)
