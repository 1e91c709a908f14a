"""Stories: who is told, who is not, and how they answer."""

import hashlib
import re

import pytest

from tests.support.cast import Cast
from vigie.config.reactions import REACTIONS
from vigie.experiments.models import Contact
from vigie.kernel.access import System
from vigie.kernel.clock import Clock
from vigie.kernel.errors import Missing, Refused
from vigie.kernel.events import dispatch_due
from vigie.kernel.models import AuditRow
from vigie.notices.models import Version
from vigie.notices.rules import left_out, once_each
from vigie.notices.subscriptions import actions as subscriptions
from vigie.notices.subscriptions import links
from vigie.notices.subscriptions.models import Request, Subscription
from vigie.outages import actions, queries
from vigie.outages.models import Outage
from vigie.outages.rules import FactKind
from vigie.post import actions as post
from vigie.post import keys
from vigie.post.actions import Bounced, Received, receive
from vigie.post.models import Address, Delivery, InboundMail, MailKind
from vigie.post.rules import TALKATIVE

ANNA = "anna@elsewhere.test"


@pytest.fixture(autouse=True)
def _replies(settings):
    settings.OPTIONS.values["inbox.address"] = "replies@centre.test"
    yield
    settings.OPTIONS.values["inbox.address"] = ""


def told(cast: Cast) -> tuple[Outage, Version]:
    """Storage is down, the first notice has left."""
    declared = actions.declare_sudden(cast.lucie, services={"storage": "down"}, anyway=True)
    assert declared.first_notice is not None
    actions.approve(cast.lucie, declared.outage, declared.first_notice)
    actions.publish(cast.lucie, declared.outage, declared.first_notice)
    return declared.outage, declared.first_notice


def ask(address: str = ANNA, *, topics: tuple[str, ...] = ("service:storage",), client: str = "192.0.2.7"):
    subscriptions.ask(address=address, language="en", topics=topics, client=client)


def token(address: str = ANNA) -> str:
    """The confirmation that the newest mail to the address carries."""
    mail = Delivery.objects.filter(recipient=address, topic="subscription").latest("pk")
    found = re.search(r"/subscriptions/confirm/(\S+)", mail.content["text"])
    assert found is not None
    return found[1]


def returned(address: str) -> str:
    """The token in the envelope of the mail to this address, where its bounce comes back to."""
    return keys.answers_to(f"delivery:{mail_to(address).pk}").partition("+")[2].partition("@")[0]


def mail_to(address: str) -> Delivery:
    return Delivery.objects.get(recipient=address, topic__startswith="notice-version:")


def test_somebody_subscribes_confirms_is_told_and_stops_with_one_click(cast: Cast, client):
    form = {"address": "Anna@Elsewhere.test", "language": "en", "topics": ["service:storage"]}
    assert client.post("/subscriptions", form).status_code == 200
    assert not Subscription.objects.exists()
    page = client.get(f"/subscriptions/confirm/{token()}")
    assert page.status_code == 200
    assert not Subscription.objects.exists()  # what scanners of mail do: they follow links
    assert client.post(f"/subscriptions/confirm/{token()}").status_code == 200
    outage, _version = told(cast)
    payload = mail_to(ANNA).content
    assert "down since" in payload["subject"]
    path = payload["list_unsubscribe"].partition("//")[2].partition("/")[2]
    assert client.get(f"/{path}").status_code == 200
    assert Subscription.objects.filter(ended_at__isnull=True).exists()
    click = client.post(f"/{path}", {"List-Unsubscribe": "One-Click"})
    assert click.status_code == 200
    assert not Subscription.objects.filter(ended_at__isnull=True).exists()
    assert client.post(f"/{path}", {"List-Unsubscribe": "One-Click"}).status_code == 200  # again is no error
    assert ANNA not in {row.address for row in once_each(actions.audience(outage))}
    assert Delivery.objects.filter(recipient=ANNA, topic__startswith="notice-version:").count() == 1
    kinds = set(AuditRow.objects.filter(kind__startswith="subscription.").values_list("kind", flat=True))
    assert kinds == {"subscription.asked", "subscription.confirmed", "subscription.stopped"}
    assert not any(ANNA in str((row.changes, row.actor_label, row.reason)) for row in AuditRow.objects.all())


def test_nobody_can_stop_a_list_for_all_and_a_contact_stops_only_themself(cast: Cast, client):
    outage, _version = told(cast)
    assert "list_unsubscribe" not in mail_to("orion-l@centre.test").content
    assert "subscriptions" not in mail_to("orion-l@centre.test").content["text"]
    forged = links.stop_link("orion-l@centre.test", "notice-version:1").partition("/subscriptions")[2]
    client.post(f"/subscriptions{forged}")
    assert not Contact.objects.filter(stopped_at__isnull=False).exists()
    link = mail_to("jean.roche@centre.test").content["list_unsubscribe"]
    client.post("/" + link.partition("//")[2].partition("/")[2], {"List-Unsubscribe": "One-Click"})
    assert Contact.objects.get(stopped_at__isnull=False).name == "Jean Roche"
    everyone = actions.audience(outage)
    assert "jean.roche@centre.test" not in {row.address for row in once_each(everyone)}
    assert ("jean.roche@centre.test", "stopped") in {
        (row.address, row.excluded) for row in left_out(everyone)
    }
    ask("jean.roche@centre.test")
    subscriptions.confirm(token("jean.roche@centre.test"))
    assert "jean.roche@centre.test" in {row.address for row in once_each(actions.audience(outage))}


def test_each_address_is_told_once_in_the_language_it_chose_with_every_reason(cast: Cast):
    ask("jean.roche@centre.test", topics=("experiment:lyra", "service:farm"))
    subscriptions.confirm(token("jean.roche@centre.test"))
    subscriptions.save_list(System(), name="Everybody", address="all@centre.test", language="fr", always=True)
    subscriptions.save_list(
        System(), name="Web", address="web@centre.test", language="fr", always=False, services=["site"]
    )
    outage, version = told(cast)
    rows = {row.address: row for row in once_each(actions.audience(outage))}
    assert set(rows) == {
        "jean.roche@centre.test",
        "orion-l@centre.test",
        "mary.stone@centre.test",
        "all@centre.test",
    }
    jean = rows["jean.roche@centre.test"]
    assert (jean.name, jean.language, jean.why[0]) == ("Jean Roche", "en", "Orion")
    assert {"Lyra", "Ferme de calcul"} <= set(jean.why)
    assert Delivery.objects.filter(topic=version.topic).count() == 4


def test_an_expired_or_altered_link_says_so_and_offers_a_new_one(
    cast: Cast, clock: Clock, client, monkeypatch
):
    ask()
    good = token()
    for path in (f"confirm/{good[:-3]}abc", "confirm/nonsense", f"stop/{good}", f"manage/{good}"):
        page = client.get(f"/subscriptions/{path}")
        assert page.status_code == 404
        assert 'href="/subscriptions"' in page.content.decode()
    assert client.get("/subscriptions/stop/%00").status_code == 404
    with pytest.raises(Missing):
        subscriptions.confirm(f"{good}x")
    monkeypatch.setattr("time.time", lambda: clock.now().timestamp() + 10**9)
    page = client.get(f"/subscriptions/confirm/{good}")
    assert page.status_code == 410
    with pytest.raises(Refused):
        subscriptions.confirm(good)
    assert not Subscription.objects.exists()


def test_two_confirmations_are_one_and_do_not_undo_a_stop(cast: Cast):
    ask()
    first, second = token(), token()
    assert len(subscriptions.confirm(first)) == 1
    assert len(subscriptions.confirm(second)) == 1
    assert Subscription.objects.count() == 1
    subscriptions.stop(ANNA)
    assert subscriptions.confirm(first) == []
    assert AuditRow.objects.filter(kind="subscription.confirmed").count() == 1


def test_the_answer_tells_nobody_who_is_known_and_mails_are_limited(cast: Cast, clock: Clock, client):
    ask()
    subscriptions.confirm(token())
    form = {"language": "en", "topics": ["all"]}
    answers = set()
    for address in (ANNA, "stranger@elsewhere.test"):
        page = client.post("/subscriptions", {**form, "address": address})
        answers.add(page.content.replace(address.encode(), b"X"))
    assert len({re.sub(rb'value="[^"]*"', b"", one) for one in answers}) == 1
    before = Delivery.objects.filter(recipient=ANNA).count()
    for number in range(9):
        ask(client=f"198.51.100.{number}")
    assert Delivery.objects.filter(recipient=ANNA).count() == before + 1  # three an hour, without a word
    for number in range(12):
        subscriptions.ask(address=f"x{number}@e.test", language="fr", topics=["all"], client="203.0.113.1")
    with pytest.raises(Refused):
        subscriptions.ask(address="one-more@e.test", language="fr", topics=["all"], client="203.0.113.1")
    clock.tick(minutes=61)
    subscriptions.ask(address="one-more@e.test", language="fr", topics=["all"], client="203.0.113.1")
    clock.tick(days=3)
    assert subscriptions.tidy() == Request.objects.count() or not Request.objects.exists()


def test_a_subscriber_is_forgotten_everywhere(cast: Cast):
    ask()
    subscriptions.confirm(token())
    outage, version = told(cast)
    receive(reply(version, sender=ANNA))
    dispatch_due(REACTIONS)
    subscriptions.erase(subscriptions.Owner(ANNA), ANNA)
    dispatch_due(REACTIONS)
    version.refresh_from_db()
    assert not Subscription.objects.exists()
    assert ANNA not in str(version.audience)
    assert not Delivery.objects.filter(recipient=ANNA).exists()
    assert not Delivery.objects.filter(key__contains=ANNA).exists()
    assert not InboundMail.objects.filter(sender=ANNA).exists()
    assert not any(ANNA in fact.author_label for fact in queries.log(outage))


def reply(version: Version, *, sender: str = "jean.roche@centre.test", **more) -> Received:
    delivery = Delivery.objects.get(recipient=sender, topic=version.topic)
    told = {
        "message_id": "<question-1@elsewhere.test>",
        "kind": MailKind.REPLY,
        "sender": sender,
        "sender_name": "Jean Roche",
        "subject": "Re: Storage",
        "text": "Are files <b>written at noon</b> safe?",
        "tokens": (delivery.content["reply_to"].partition("+")[2].partition("@")[0],),
    }
    return Received(**{**told, **more})


@pytest.mark.parametrize("by", ["token", "references"])
def test_a_reply_becomes_a_question_of_the_follower_once_and_the_answer_goes_back(
    cast: Cast, client, by: str
):
    outage, version = told(cast)
    dispatch_due(REACTIONS)
    mark = mail_to("jean.roche@centre.test").mark
    ways = {"token": {}, "references": {"tokens": (), "references": (f"{mark}@localhost",)}}
    for _again in range(2):
        receive(reply(version, **ways[by]))
        while dispatch_due(REACTIONS):
            pass
    [question] = [fact for fact in queries.log(outage) if fact.kind == FactKind.QUESTION]
    assert question.author_label == "jean.roche@centre.test"
    told_of = Delivery.objects.get(key__startswith=f"fact:{question.pk}")
    assert told_of.recipient == "lucie@centre.test"
    client.force_login(cast.lucie, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(f"/outages/{outage.pk}").content.decode()
    assert "&lt;b&gt;written at noon&lt;/b&gt;" in page
    words = {"text": "Yes, all of them.", "key": "k1", "send": "1"}
    for _again in range(2):
        client.post(f"/outages/{outage.pk}/facts/{question.pk}/answer", words)
    back = Delivery.objects.get(recipient="jean.roche@centre.test", topic=f"outage:{outage.pk}")
    assert back.content["subject"] == "Re: Storage"
    assert ["In-Reply-To", "<question-1@elsewhere.test>"] in back.content["headers"]
    assert back.content["reply_to"].startswith("replies+o")
    assert not queries.open_questions(outage).exists()


def test_an_automatic_answer_or_a_loop_is_only_counted(cast: Cast):
    outage, version = told(cast)
    receive(reply(version, kind=MailKind.AUTO))
    receive(reply(version, message_id="<2@e>", tokens=()))
    for number in range(40):
        receive(reply(version, message_id=f"<loop-{number}@e>", sender="jean.roche@centre.test"))
    while dispatch_due(REACTIONS):
        pass
    questions = [fact for fact in queries.log(outage) if fact.kind == FactKind.QUESTION]
    assert len(questions) == TALKATIVE - 1
    assert InboundMail.objects.filter(state="counted", text="").count() == 22


def test_a_bounce_marks_the_address_and_tells_the_follower_until_a_person_clears_it(cast: Cast):
    outage, _version = told(cast)
    found = Bounced("jean.roche@centre.test", permanent=True, diagnostic="550 no such user")
    bounce = Received(
        "<dsn@mx>", MailKind.BOUNCE, tokens=[returned("jean.roche@centre.test")], bounces=(found,)
    )
    for _again in range(2):
        receive(bounce)
        while dispatch_due(REACTIONS):
            pass
    [line] = [fact.text for fact in queries.log(outage) if "550" in fact.text]
    assert "jean.roche@centre.test" in line
    [letter] = Delivery.objects.filter(key__startswith="bounced:")
    assert letter.recipient == "lucie@centre.test"
    [out] = [row for row in left_out(actions.audience(outage)) if row.excluded == "bounced"]
    assert out.diagnostic == "550 no such user"
    post.clear_address(cast.lucie, "jean.roche@centre.test", why="new mailbox")
    assert "jean.roche@centre.test" in {row.address for row in once_each(actions.audience(outage))}


def test_three_soft_bounces_within_a_month_are_one_hard_one(cast: Cast, clock: Clock):
    _outage, _version = told(cast)
    token = returned("jean.roche@centre.test")

    def soft(number: int) -> None:
        found = Bounced("jean.roche@centre.test", permanent=False, diagnostic="452")
        receive(Received(f"<s{number}@mx>", MailKind.BOUNCE, tokens=[token], bounces=(found,)))

    soft(1)
    clock.tick(days=40)
    for number in (2, 3):
        soft(number)
        assert not Address.objects.filter(bounced_at__isnull=False).exists()
    clock.tick(days=1)
    soft(4)
    assert Address.objects.get().bounced_at == clock.now()


@pytest.mark.parametrize(
    "knows", ["nothing", "its Message-ID", "their own envelope", "the reply address", "a guess"]
)
def test_a_forged_bounce_marks_nobody(cast: Cast, knows: str):
    """Whoever got a mail, as a person or through a list, can't stop the mails of others."""
    _outage, version = told(cast)
    victim, own = mail_to("orion-l@centre.test"), mail_to("mary.stone@centre.test")
    said: dict[str, tuple[str, ...]] = {
        "nothing": (),
        "its Message-ID": (),
        "their own envelope": (returned(own.recipient),),
        "the reply address": (keys.answers_to(version.topic).partition("+")[2].partition("@")[0],),
        "a guess": (f"d{victim.pk}-{'0' * 20}",),
    }
    original = f"{victim.mark}@localhost" if knows == "its Message-ID" else ""
    found = Bounced(victim.recipient, permanent=True, original_id=original)
    row = receive(Received("<f@x>", MailKind.BOUNCE, tokens=said[knows], bounces=(found,)))
    assert row.state == "open"
    assert not Address.objects.exists()
    assert not Delivery.objects.filter(bounced_at__isnull=False).exists()


def test_without_an_address_for_tokens_a_bounce_needs_the_mark_of_that_very_mail(cast: Cast, settings):
    told(cast)
    settings.OPTIONS.values["inbox.address"] = ""
    jean, mary = mail_to("jean.roche@centre.test"), mail_to("mary.stone@centre.test")
    computed = hashlib.sha256(jean.key.encode()).hexdigest()[:38]  # all that a stranger could compute
    for number, original in enumerate([mary.mark, f"v1{computed}"]):
        found = Bounced(jean.recipient, permanent=True, original_id=f"{original}@localhost")
        receive(Received(f"<f{number}@x>", MailKind.BOUNCE, bounces=(found,)))
    assert not Address.objects.exists()
    found = Bounced(jean.recipient, permanent=True, original_id=f"{jean.mark}@localhost")
    receive(Received("<real@mx>", MailKind.BOUNCE, bounces=(found,)))
    assert Address.objects.get().address == jean.recipient


def test_what_an_older_secret_signed_is_still_understood(cast: Cast, settings):
    outage, version = told(cast)
    waiting = reply(version)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another secret"
    receive(waiting)
    while dispatch_due(REACTIONS):
        pass
    assert [fact.kind for fact in queries.log(outage)].count(FactKind.QUESTION) == 1
    settings.SECRET_KEY_FALLBACKS = []
    assert receive(reply(version, message_id="<2@e>")).state == "open"


def test_a_forged_token_does_nothing(cast: Cast):
    _outage, version = told(cast)
    stranger = receive(reply(version, tokens=(f"n{version.pk}-{'0' * 20}",)))
    assert (stranger.state, stranger.topic) == ("open", "")


def test_unmatched_mail_waits_for_support_who_assigns_or_dismisses_it(cast: Cast, client):
    outage, version = told(cast)
    first = receive(reply(version, tokens=()))
    second = receive(reply(version, tokens=(), message_id="<other@x>", subject="Cheap loans"))
    client.force_login(cast.amina, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/mail").status_code == 403
    client.force_login(cast.lucie, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "Cheap loans" in client.get("/mail").content.decode()
    client.post(f"/mail/{first.pk}/assign", {"outage": outage.pk})
    client.post(f"/mail/{second.pk}/dismiss")
    while dispatch_due(REACTIONS):
        pass
    assert [fact.text for fact in queries.log(outage) if fact.mail_id == first.pk]
    assert "Cheap loans" not in client.get("/mail").content.decode()
    assert set(InboundMail.objects.values_list("state", flat=True)) == {"matched", "dismissed"}
