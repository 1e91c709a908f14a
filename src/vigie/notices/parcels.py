"""A published version → what the outbox is handed: what many get alike is made once per language."""

from collections.abc import Iterator, Mapping, Sequence
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.utils.html import format_html

from vigie.contracts.channel import BadConfiguration
from vigie.notices.models import Version
from vigie.notices.queries import published
from vigie.notices.rules import CALENDAR_KINDS, LANGUAGES, Facts, Recipient
from vigie.notices.subscriptions.links import start_link, stop_link
from vigie.notices.subscriptions.texts import foot
from vigie.notices.texts import Word, course_of, invitation
from vigie.post import channels
from vigie.post.actions import Parcel
from vigie.post.channels import UnknownChannel
from vigie.post.keys import answers_to

Said = Mapping[str, Any]


def parcels(version: Version, told: Sequence[Recipient]) -> Iterator[Parcel]:
    """One for each of them, who are told once each."""
    shapes: dict[tuple[str, str], Said] = {}
    calendars = _calendars(version)
    for recipient in told:
        language = recipient.language if recipient.language in version.rendered else LANGUAGES[0]
        shape = _shape(recipient)
        if (shape, language) not in shapes:
            shapes[shape, language] = _MAKERS[shape](version, language, calendars)
        address = recipient.address.strip()
        yield Parcel(
            key=f"{version.topic}:{recipient.channel}:{address.lower()}",
            recipient=address,
            recipient_name=recipient.name,
            language=language,
            topic=version.topic,
            channel=recipient.channel,
            shared=shapes[shape, language],
            # One click in the mail program (RFC 8058), for persons only: a member of a list must not stop it for all.
            payload={"list_unsubscribe": stop_link(address, version.topic)} if shape == "person" else {},
        )


def _shape(recipient: Recipient) -> str:
    """In which of the shapes below it goes; a channel that is not there (now) fails when it is sent, not before."""
    if recipient.channel == "mail":
        return "list" if recipient.is_list else "person"
    try:
        kind = channels.info(recipient.channel).payload
    except (UnknownChannel, BadConfiguration):
        return "text"
    return "list" if kind == "mail" else kind


def _list(version: Version, language: str, calendars: Mapping[str, Said]) -> Said:
    text = version.rendered[language]
    said: dict[str, Any] = {
        "subject": text["mail_subject"],
        "text": text["mail_text"],
        "html": text["mail_html"],
    }
    if language in calendars:
        said["calendar"] = calendars[language]
    if answers := answers_to(version.topic):
        said["reply_to"] = answers
    return said


def _person(version: Version, language: str, calendars: Mapping[str, Said]) -> Said:
    """With a line below that says how to stop the mails, the same for all."""
    said = _list(version, language, calendars)
    line = foot(language, start_link())
    html = format_html('<p style="color:#595959;font-size:13px">{}</p>', line)
    return {
        **said,
        "text": f"{said['text'].rstrip()}\n\n{line}\n",
        "html": said["html"].replace("</body>", f"{html}</body>") if said["html"] else "",
    }


def _text(version: Version, language: str, _calendars: Mapping[str, Said]) -> Said:
    text = version.rendered[language]
    return {"subject": text["title"], "text": text["flash"], "link": text.get("link", "")}


def _json(version: Version, language: str, _calendars: Mapping[str, Said]) -> Said:
    """Documented in the manual (channels.md): receivers rely on these names."""
    text, facts = version.rendered[language], version.the_facts
    row = facts.to_json()
    return {
        "event": "notice.published",
        "outage": version.notice.thread_id,
        "notice": version.notice.number,
        "version": version.number,
        "kind": version.notice.kind,
        "state": facts.state,
        "planned": not facts.sudden,
        "title": text["title"],
        "flash": text["flash"],
        "text": text["mail_text"],
        "link": text.get("link", ""),
        "published_at": version.published_at.isoformat() if version.published_at else None,
        **{name: row[name] for name in ("starts_at", "expected_end", "ended_at", "next_update_by")},
        "services": _services(facts),
    }


def _services(facts: Facts) -> list[dict[str, Any]]:
    names = ("code", "effect", "starts_at", "ends_at", "restored_at")
    return [{name: row[name] for name in names} for row in facts.to_json()["services"]]


_MAKERS = {"person": _person, "list": _list, "text": _text, "json": _json}


def _calendars(version: Version) -> dict[str, dict[str, str]]:
    """{language: calendar part of the mails}, for what people write in their calendars; empty for the rest."""
    if version.the_facts.sudden or version.notice.kind not in CALENDAR_KINDS:
        return {}
    thread = version.notice.thread
    words = [Word(row.published_at, row.the_facts) for row in published(thread) if row.published_at]
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return {
        language: invitation(
            course_of(thread.pk, words, language=language, flash=text["flash"]), language, sender
        )
        for language, text in version.rendered.items()
    }
