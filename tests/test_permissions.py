"""Every address × every role: who gets in, who is asked to log in, who is refused, who sees nothing.

A new address without a row in tests/permissions.txt fails the first test: decide who may open it.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.support.cast import SUNDAY, Cast
from tests.support.farm import lake_in, sample
from vigie.contracts.alarm import IncomingAlarm
from vigie.dayone.actions import keep
from vigie.duty import actions as duty
from vigie.duty.escalation import actions as escalation
from vigie.duty.escalation.links import answer_token
from vigie.duty.handover.models import HandOver
from vigie.duty.models import Rotation, Shift
from vigie.duty.seen.actions import make_sign
from vigie.duty.seen.queries import calendar_path
from vigie.experiments.coverage import actions as coverage
from vigie.experiments.models import Contact
from vigie.jobs.findings.actions import exempt
from vigie.jobs.findings.models import Finding
from vigie.kernel.access import System
from vigie.kernel.models import Dispatch, EventRow
from vigie.notices.subscriptions.actions import save_list
from vigie.outages import actions
from vigie.people.actions import make_token, save_person
from vigie.people.models import ApiToken, Person
from vigie.people.rules import Scope
from vigie.post.actions import Received, receive
from vigie.post.models import Delivery, MailKind

pytestmark = pytest.mark.slow  # two thousand requests

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
TABLE = Path(__file__).with_name("permissions.txt")
ROLES = ("stranger", "nobody", "operator", "support", "lead", "admin")
Row = tuple[str, str, str, str]  # name, address, who by GET, who by POST

# What a POST carries where an empty one would be refused for its content before the person is.
WORDS: dict[str, dict[str, str]] = {
    "declare": {"services": "site", "effect": "down"},
    "outage_end": {"data_lost": "no"},
    "outage_false-alarm": {"why": "A sensor was wrong."},
    "outage_add-service": {"service": "site", "effect": "down"},
    "outage_change": {"effect": "degraded"},
    "outage_promise": {"next_update_by": "+50min"},
    "outage_hand-over": {"contact": "{bruno}", "follower": "{denis}", "why": "Shift."},
    "outage_fact": {"text": "A fact.", "key": "a"},
    "outage_question": {"text": "A question?", "key": "b"},
    "outage_answer": {"text": "An answer.", "key": "c"},
    "notice_version": {"do": "publish"},
    "alarm_attach": {"outage": "{outage}"},
    "escalation_call": {"duty": "production", "what": "Smoke", "urgency": "high", "key": "k"},
    "outage_work": {"what": "Switch on.", "starts_at": "2026-12-08 14:26", "ends_at": "2026-12-08 16:26"},
    "mail_assign": {"outage": "{outage}"},
}


def addresses() -> Iterator[str]:
    """The name of every address of the desk (or its pattern, where it has no name)."""

    def walk(patterns: list[Any], prefix: str, spaces: tuple[str, ...]) -> Iterator[str]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                space = (*spaces, pattern.namespace) if pattern.namespace else spaces
                yield from walk(pattern.url_patterns, prefix + str(pattern.pattern), space)
            elif isinstance(pattern, URLPattern):
                yield ":".join((*spaces, pattern.name)) if pattern.name else prefix + str(pattern.pattern)

    yield from walk(get_resolver().url_patterns, "", ())


def table() -> tuple[dict[str, dict[str, str]], list[Row]]:
    """The rules ({name: {role: answer}}) and the rows of permissions.txt."""
    rules: dict[str, dict[str, str]] = {}
    rows: list[Row] = []
    for line in TABLE.read_text("utf-8").splitlines():
        words = line.split("#")[0].split()
        if len(words) == 2 + len(ROLES) and words[0] == "rule":
            rules[words[1]] = dict(zip(ROLES, words[2:], strict=True))
        elif words:
            name, address, by_get, by_post = words
            rows.append((name, address, by_get, by_post))
    return rules, rows


@pytest.fixture
def numbers(cast: Cast, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """Something behind every address: an outage that was told of, a draft, a question, an alarm, a token …"""
    outage = actions.declare_sudden(cast.amina, services={"storage": "down"}).outage
    first = actions.compose(cast.lucie, outage)
    actions.approve(cast.lucie, outage, first)
    actions.publish(cast.lucie, outage, first)
    alarm = IncomingAlarm(
        source="alertmanager",
        fingerprint="cool",
        firing=True,
        labels={"host": "c3"},
        summary="29 °C",
        severity="warning",
        starts_at=SUNDAY,
    )
    make_token(cast.ada, cast.denis, label="script", scopes=[Scope.READ])
    save_person(System(), login="nobody", name="No Body", email="nobody@centre.test", groups=[])
    begin = SUNDAY + timedelta(days=16)
    window = actions.Window("down", begin, begin + timedelta(hours=10))
    planned = actions.plan(cast.amina, windows={"site": window})
    work = actions.add_intervention(
        cast.amina, planned, what="Switch off.", starts_at=begin, ends_at=begin + timedelta(hours=1)
    )
    actions.save_template(
        cast.amina,
        code="patches",
        title_fr="Mises à jour",
        title_en="Patches",
        services={"farm": "degraded"},
        at=time(9),
        minutes=60,
    )
    sign, sign_secret = make_sign(cast.odile, label="Door")
    found = {
        **_rota(cast, begin),
        "sign": sign.pk,
        "sign_secret": sign_secret,
        "shift_calendar": calendar_path(cast.production),
        **_called(cast),
        "planned": planned.pk,
        "work": work.number,
        "outage": outage.pk,
        "draft": actions.compose(cast.lucie, outage).pk,
        "version": first.pk,
        "question": actions.ask(cast.lucie, outage, "Are files safe?").pk,
        "delivery": Delivery.objects.filter(topic=first.topic).values_list("pk", flat=True)[0],
        "alarm": actions.receive_alarm(System(), alarm).alarm.pk,
        "token": ApiToken.objects.get().pk,
        "shift": Shift.objects.values_list("pk", flat=True)[0],
        "contact": Contact.objects.filter(experiment=cast.orion).values_list("pk", flat=True)[0],
        "mail": receive(Received("a@b", MailKind.REPLY, text="?")).pk,
        "list": save_list(System(), name="All", address="all@centre.test", language="fr", always=True).pk,
        "coverage": _covered(cast),
        "taking": coverage.take_over(
            cast.sara, key="t", what="Keys", giver=cast.lucie, taker=cast.denis, due_on=date(2026, 12, 24)
        ).pk,
        "reaction": Dispatch.objects.create(
            event=EventRow.objects.create(at=SUNDAY, kind="post.bounced"), reaction="x", set_apart=True
        ).pk,
        "import": keep(cast.ada, "experiments", name="a.csv", content=b"code,name\nn,N", toml=False).pk,
        "finding": Finding.objects.create(
            cluster="farm",
            where={"rack": "r2"},
            key="r2",
            basis="running",
            first_seen=SUNDAY,
        ).pk,
        "exemption": exempt(
            System(), kind="user", value="anna", reason="x", until=SUNDAY + timedelta(days=9)
        ).pk,
        "bruno": cast.bruno.pk,
        "denis": cast.denis.pk,
    }
    with lake_in(tmp_path):
        sample({2}, at=SUNDAY, count=24)
        yield found


def _called(cast: Cast) -> dict[str, Any]:
    call = escalation.call(cast.lucie, cast.production, "Look at row C.")
    handover = HandOver.objects.create(
        duty=cast.production, outgoing=cast.bruno, begins_at=SUNDAY - timedelta(days=1), ends_at=SUNDAY
    )
    return {"handover": handover.pk, "call": call.pk, "answer": answer_token(call.steps.get(kind="called"))}


def _covered(cast: Cast) -> int:
    return coverage.cover(
        cast.sara, person=cast.lucie, experiment=cast.orion, level="primary", starts_on=date(2027, 1, 1)
    ).pk


def _rota(cast: Cast, begin: datetime) -> dict[str, int]:
    """Something behind the addresses of the rota; what is Bruno's is his, or a lead's."""
    vigie, week = System(), timedelta(days=7)
    ends = begin + timedelta(hours=8)
    later = duty.add_shift(vigie, duty=cast.production, person=cast.bruno, starts_at=begin, ends_at=ends)
    swap = duty.offer_swap(vigie, later, to=cast.odile)
    away = duty.add_absence(vigie, cast.bruno, starts_at=begin + week, ends_at=begin + 2 * week)
    known = duty.qualify(vigie, cast.production, cast.bruno, since=begin.date())
    row = duty.shape_duty(vigie, cast.production, duty.Shape(rhythm="weekly", handovers="8:00"))
    far = (begin + 40 * week).date()
    duty.save_rotation(vigie, row, starts_on=far, every="week", people=[cast.bruno])
    return {
        "absence": away.pk,
        "qualification": known.pk,
        "rotation": Rotation.objects.get().pk,
        "swap": swap.pk,
    }


@pytest.fixture
def browsers(numbers: dict[str, Any]) -> dict[str, Client]:
    """One logged-in browser per role."""
    who = {"nobody": "nobody", "operator": "amina", "support": "lucie", "lead": "sara", "admin": "ada"}
    found = {"stranger": Client()}
    for role, login in who.items():
        found[role] = Client()
        found[role].force_login(Person.objects.get(login=login), backend=BACKEND)
    return found


def answer(response: HttpResponseBase) -> str:
    """The answer in one word: in, login, or the status that closes the door. 4xx about the content means in."""
    if response.status_code in {301, 302, 303} and "/accounts/login/" in response.headers["Location"]:
        return "login"
    doors = {401, 403, 404, 405}
    return str(response.status_code) if response.status_code in doors or response.status_code >= 500 else "in"


def ask(browser: Client, method: str, address: str, words: dict[str, str]) -> HttpResponseBase:
    """One request whose traces are wiped away, so that the next one finds the same desk."""
    cookies = dict(browser.cookies)
    with transaction.atomic():
        response = browser.get(address) if method == "GET" else browser.post(address, words)
        transaction.set_rollback(True)
    browser.cookies.clear()
    browser.cookies.update(cookies)  # who logged out is back
    return response


def test_every_address_has_a_row():
    names = [name for name, *_ in table()[1]]
    there = list(addresses())
    missing, gone = sorted(set(there) - set(names)), sorted(set(names) - set(there))
    assert not missing, f"decide in {TABLE.name} who may open: {missing}"
    assert not gone, f"{TABLE.name} has rows of addresses that are gone: {gone}"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_everybody_gets_the_answer_of_the_table(
    numbers: dict[str, Any], browsers: dict[str, Client], method: str
):
    rules, rows = table()
    wrong = []
    for name, address, by_get, by_post in rows:
        rule = by_get if method == "GET" else by_post
        if rule == "-":
            continue
        words = {key: text.format(**numbers) for key, text in WORDS.get(name, {}).items()}
        got = {role: answer(ask(browsers[role], method, address.format(**numbers), words)) for role in ROLES}
        if got != rules.get(rule):
            wrong.append(f"{method} {name}: {' '.join(got.values())}, not “{rule}”")
    assert not wrong, "\n".join(wrong)


def test_no_post_of_another_site_is_taken(numbers: dict[str, Any], cast: Cast):
    """A form without the desk's own token is refused by every address that would have taken it."""
    _rules, rows = table()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.ada, backend=BACKEND)
    taken = []
    for name, address, _by_get, by_post in rows:
        if by_post == "-":
            continue
        response = ask(browser, "POST", address.format(**numbers), WORDS.get(name, {}))
        if answer(response) not in {"403", "405", "404", "401"}:
            taken.append(f"{name}: {response.status_code}")
    assert not taken, "\n".join(taken)
