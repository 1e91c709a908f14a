"""What the composer promises to whoever writes a notice."""

import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from tests.support.cast import Cast

from vigie.kernel.clock import Clock
from vigie.notices.models import Version, VersionState
from vigie.notices.queries import version as fetch
from vigie.outages import actions
from vigie.outages.models import Outage
from vigie.people.models import Person
from vigie.post.models import Delivery

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PARIS = ZoneInfo("Europe/Paris")
EVIL = "<script>alert(1)</script>"


def logged_in(person: Person, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(person, backend=BACKEND)
    return client


@pytest.fixture
def outage(cast: Cast) -> Outage:
    return actions.declare_sudden(cast.amina, services={"storage": "down"}).outage


@pytest.fixture
def draft(outage: Outage) -> Version:
    return Version.objects.get(notice__thread=outage.thread)


def url(draft: Version, tail: str = "") -> str:
    outage = Outage.objects.get(thread=draft.notice.thread)
    return f"/outages/{outage.pk}/notices/{draft.pk}{tail}"


def as_shown(client: Client, draft: Version) -> dict[str, str]:
    """The form as the page shows it: every field with its value."""
    context = client.get(url(draft)).context
    form, seen = context["form"], context["seen"]
    values = {name: str(form[name].value() or "") for name in form.fields}
    values["next_update_by"] = seen["promise"]
    return values | {name: str(seen[name]) for name in ("seen", "facts", "promise", "proposed")}


def click(client: Client, draft: Version, do: str, **words: str) -> Any:
    """Open the page, write, press one button."""
    data = as_shown(client, draft)
    data |= {name.replace("__", "-"): text for name, text in words.items()}
    return client.post(url(draft), data | {"do": do}, follow=True)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_composer_shows_sections_facts_previews_and_readers(cast: Cast, draft: Version, language: str):
    page = logged_in(cast.lucie, language).get(url(draft)).content.decode()
    for key in (
        "what",
        "effect",
        "who",
        "jobs",
        "action",
        "still_works",
        "data",
        "next_update",
        "contact",
        "flash",
    ):
        assert f'id="part-{key}"' in page
    assert "dCache storage: down since 14:26" in page
    assert "Stockage dCache\u00a0: à l’arrêt depuis 14\u00a0h\u00a026" in page
    assert "jean.roche@centre.test" in page
    assert "No Address" in page  # who can't be reached is named
    wording = "Approuver et publier à 3 contacts" if language == "fr" else "Approve and publish to 3 contacts"
    assert wording in page


def test_one_click_approves_and_publishes_and_a_second_sends_nothing_twice(cast: Cast, draft: Version):
    client = logged_in(cast.lucie)
    data = as_shown(client, draft) | {"do": "publish"}
    page = client.post(url(draft), data, follow=True).content.decode()
    assert "3 mails are on their way" in page
    assert fetch(draft.pk).state == VersionState.PUBLISHED
    again = client.post(url(draft), data, follow=True).content.decode()
    assert "published already, by Lucie Petit" in again
    assert Delivery.objects.filter(topic=draft.topic).count() == 3


def test_words_and_promise_are_saved_together(cast: Cast, outage: Outage, draft: Version):
    click(
        logged_in(cast.amina),
        draft,
        "save",
        fr__what="Une alimentation a lâché.",
        en__what="A power supply failed.",
        next_update_by="15:30",
    )
    saved = fetch(draft.pk)
    assert saved.paragraphs == {
        "fr": {"what": "Une alimentation a lâché."},
        "en": {"what": "A power supply failed."},
    }
    outage.refresh_from_db()
    assert outage.next_update_by is not None
    assert f"{outage.next_update_by:%H:%M}" == "14:30"  # UTC
    assert saved.next_update_by == outage.next_update_by


def test_an_update_promises_anew_when_it_leaves_and_not_before(
    cast: Cast, outage: Outage, draft: Version, clock: Clock
):
    client = logged_in(cast.lucie)
    click(client, draft, "publish")
    clock.tick(minutes=20)
    update = actions.compose(cast.lucie, outage)
    shown = as_shown(client, update)
    shown["next_update_by"] = shown["proposed"]
    for do, promised in (("save", "15:00"), ("publish", "15:20")):
        client.post(url(update), shown | {"do": do})
        outage.refresh_from_db()
        assert outage.next_update_by is not None
        assert f"{outage.next_update_by.astimezone(PARIS):%H:%M}" == promised
    assert fetch(update.pk).next_update_by == outage.next_update_by


def test_saving_an_approved_notice_unchanged_keeps_its_approval(cast: Cast, draft: Version):
    client = logged_in(cast.lucie)
    click(client, draft, "approve")
    assert fetch(draft.pk).state == VersionState.APPROVED
    assert "Nothing to save" in click(client, draft, "save").content.decode()
    assert fetch(draft.pk).state == VersionState.APPROVED
    click(client, draft, "save", fr__what="Autre.", en__what="Other.")
    assert fetch(draft.pk).state == VersionState.DRAFT


def test_one_language_only_is_refused_with_everything_kept(cast: Cast, draft: Version):
    response = click(logged_in(cast.lucie), draft, "publish", fr__jobs="Les jobs attendent.")
    page = response.content.decode()
    assert response.status_code == 409
    assert "Jobs and files: Written in French only" in page
    assert "Les jobs attendent." in page
    assert fetch(draft.pk).state == VersionState.DRAFT
    assert not Delivery.objects.filter(topic=draft.topic).exists()


def test_an_unreadable_time_keeps_what_was_typed(cast: Cast, draft: Version):
    response = click(logged_in(cast.lucie), draft, "save", en__what="Words.", next_update_by="teatime")
    page = response.content.decode()
    assert response.status_code == 422
    assert "“teatime” is not a time" in page
    assert "Words." in page


def test_a_promise_in_the_past_is_refused(cast: Cast, draft: Version):
    response = click(logged_in(cast.lucie), draft, "publish", next_update_by="14:00")
    assert response.status_code == 422
    assert "time that has passed" in response.content.decode()


def test_when_a_colleague_saved_in_between_both_texts_are_shown(cast: Cast, draft: Version):
    mine, theirs = logged_in(cast.lucie), logged_in(cast.amina)
    data = as_shown(mine, draft)
    click(theirs, draft, "save", fr__what="Texte d’Amina.", en__what="Amina’s text.")
    data |= {"en-what": "Lucie’s text.", "fr-what": "Texte de Lucie.", "do": "publish"}
    response = mine.post(url(draft), data)
    page = response.content.decode()
    assert response.status_code == 409
    assert "Amina Martin saved this draft" in page
    assert "Amina’s text." in page
    assert "Lucie’s text." in page
    assert fetch(draft.pk).paragraphs["en"]["what"] == "Amina’s text."
    # having read both, a second click keeps mine
    data["seen"] = str(response.context["seen"]["seen"])
    mine.post(url(draft), data | {"do": "save"})
    assert fetch(draft.pk).paragraphs["en"]["what"] == "Lucie’s text."


def test_an_error_elsewhere_does_not_hide_a_colleague_s_words(cast: Cast, draft: Version):
    mine = logged_in(cast.lucie)
    data = as_shown(mine, draft)
    click(logged_in(cast.amina), draft, "save", fr__what="Amina.", en__what="Amina.")
    response = mine.post(url(draft), data | {"next_update_by": "teatime", "do": "save"})
    assert str(response.context["seen"]["seen"]) == data["seen"]


def test_nobody_publishes_facts_that_changed_after_they_read_them(
    cast: Cast, outage: Outage, draft: Version, clock: Clock
):
    client = logged_in(cast.lucie)
    data = as_shown(client, draft)
    actions.change_service(cast.amina, outage, "storage", effect="degraded")
    response = client.post(url(draft), data | {"do": "publish"})
    assert response.status_code == 409
    page = response.content.decode()
    assert "The facts changed while you were writing" in page
    assert "slow or unreliable" in page
    assert "publish" in click(client, draft, "publish").content.decode().lower()
    assert fetch(draft.pk).state == VersionState.PUBLISHED


def test_the_contact_saves_and_support_publishes(cast: Cast, draft: Version):
    page = logged_in(cast.amina).get(url(draft)).content.decode()
    assert "Lucie Petit of Support approves and publishes it." in page
    assert 'value="publish"' not in page
    response = click(logged_in(cast.amina), draft, "publish")
    assert response.status_code == 403
    assert not Delivery.objects.filter(topic=draft.topic).exists()


def test_what_cannot_be_shown_is_taken_out_and_said(cast: Cast, draft: Version):
    page = click(
        logged_in(cast.lucie), draft, "save", fr__what="a\x00b\x1b", en__what="c | d\r\n😀"
    ).content.decode()
    assert "2 characters that can’t be shown were taken out" in page
    assert fetch(draft.pk).paragraphs == {"fr": {"what": "ab"}, "en": {"what": "c | d\n😀"}}


def test_half_a_character_from_a_script_does_not_break_saving(cast: Cast, outage: Outage, draft: Version):
    half = json.loads('"before \\ud800 after"')
    actions.edit(
        cast.lucie,
        outage,
        draft,
        paragraphs={"fr": {"what": half}, "en": {"what": half}},
        flashes={"fr": half, "en": half},
    )
    assert fetch(draft.pk).paragraphs["en"]["what"] == "before  after"
    actions.approve(cast.lucie, outage, draft)
    actions.publish(cast.lucie, outage, draft)
    assert logged_in(cast.lucie).get(url(draft)).status_code == 200


def test_markup_in_every_field_stays_text(cast: Cast, draft: Version):
    words = {
        f"{language}__{key}": f"{EVIL}{key}"
        for language in ("fr", "en")
        for key in ("what", "effect", "jobs", "action", "still_works", "data", "flash")
    }
    client = logged_in(cast.lucie)
    for page in (click(client, draft, "preview", **words), click(client, draft, "save", **words)):
        assert EVIL not in page.content.decode()
    page = click(client, draft, "publish").content.decode()
    assert fetch(draft.pk).state == VersionState.PUBLISHED
    assert EVIL not in page
    assert "&lt;script&gt;" in page
    for path in ("/notices", "/notices?q=script"):
        assert EVIL not in client.get(path).content.decode()


def test_the_preview_shows_what_is_typed_and_saves_nothing(cast: Cast, draft: Version):
    client = logged_in(cast.lucie)
    data = as_shown(client, draft) | {
        "en-what": "A power supply failed.",
        "en-flash": "x" * 201,
        "fr-flash": "ok",
    }
    page = client.post(url(draft, "/preview"), data).content.decode()
    assert "A power supply failed." in page
    assert "Written in English only" in page
    assert "It has more than 200 characters" in page
    assert 'hx-swap-oob="true"' in page
    assert fetch(draft.pk).paragraphs == {}


def test_a_session_that_ended_never_reloads_a_page_in_which_words_are_typed(cast: Cast, draft: Version):
    response = Client().post(url(draft, "/preview"), headers={"HX-Request": "true"})
    assert response.status_code == 403
    assert "HX-Refresh" not in response.headers


def test_a_discarded_draft_can_be_read_and_never_left(cast: Cast, outage: Outage, draft: Version):
    client = logged_in(cast.lucie)
    click(client, draft, "discard")
    page = client.get(url(draft)).content.decode()
    assert "it never left" in page
    assert "discarded" in click_late(client, draft)


def click_late(client: Client, draft: Version) -> str:
    return client.post(url(draft), {"do": "publish"}, follow=True).content.decode()


def test_a_correction_says_why_and_shows_what_it_changes(cast: Cast, outage: Outage, draft: Version):
    client = logged_in(cast.lucie)
    click(client, draft, "publish", fr__what="Le disque a lâché.", en__what="The disk failed.")
    refused = client.post(url(draft, "/correct"), {"why": "  "})
    assert refused.status_code == 422
    assert "Say what was wrong" in refused.content.decode()
    opened = client.post(url(draft, "/correct"), {"why": "It was the power supply."}, follow=True)
    correction = Version.objects.get(number=2)
    assert "It was the power supply." in opened.content.decode()
    words = {"fr__what": "L’alimentation a lâché.", "en__what": "The power supply failed."}
    click(client, correction, "publish", **words)
    page = client.get(url(correction)).content.decode()
    assert "<del>disk</del><ins>power supply</ins>" in page
    old = client.get(url(draft)).content.decode()
    assert "read what is in force" in old
    assert "The disk failed." in old  # what left stays readable as it left


def test_a_notice_of_another_outage_is_not_here(cast: Cast, draft: Version):
    other = actions.declare_sudden(cast.amina, services={"site": "down"}).outage
    response = logged_in(cast.lucie).get(f"/outages/{other.pk}/notices/{draft.pk}")
    assert response.status_code == 404


def test_the_next_notice_begins_by_one_click(cast: Cast, outage: Outage, draft: Version):
    client = logged_in(cast.lucie)
    words = {"fr__action": "Attendez.", "en__action": "Wait.", "fr__what": "Un.", "en__what": "One."}
    click(client, draft, "publish", **words)
    response = client.post(f"/outages/{outage.pk}/notices", follow=True)
    update = Version.objects.get(notice__kind="update")
    assert response.redirect_chain[-1][0] == url(update)
    assert update.paragraphs == {"fr": {"action": "Attendez."}, "en": {"action": "Wait."}}  # still holds


def test_the_administrator_reads_and_does_not_write(cast: Cast, draft: Version):
    page = logged_in(cast.ada).get(url(draft)).content.decode()
    assert "You may read this draft" in page
    assert click(logged_in(cast.ada), draft, "save", en__what="x").status_code == 403


def test_the_list_filters_searches_and_exports(cast: Cast, draft: Version):
    client = logged_in(cast.lucie, "fr")
    click(client, draft, "publish", fr__what="Une alimentation a lâché.", en__what="A power supply failed.")
    assert "à l’arrêt" in client.get("/notices").content.decode()
    for query in ("q=ALIMENTATION+lache", "q=power", "state=published", "kind=announcement"):
        assert url(draft) in client.get(f"/notices?{query}").content.decode(), query
    for query in ("q=nothing-like-it", "state=open", "kind=end"):
        assert url(draft) not in client.get(f"/notices?{query}").content.decode(), query
    rows = json.loads(client.get("/notices?format=json").content)["notices"]
    assert rows[0]["title_en"] == "dCache storage: down since 14:26"
    assert rows[0]["mails"] == 3
    assert "dCache" in client.get("/notices?format=csv").content.decode()


def test_half_a_character_breaks_neither_the_log_nor_the_report(cast: Cast, outage: Outage):
    half = "a" + json.loads('"\\ud800\\u0000"') + "b"
    assert actions.log_fact(cast.amina, outage, half).text == "ab"
    actions.end(cast.amina, outage, data_lost="no")
    actions.review(cast.lucie, outage, text_fr=half, text_en=half)
    assert outage.review_en == "ab"
