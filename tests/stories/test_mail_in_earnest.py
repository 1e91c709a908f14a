"""Story: a notice leaves through the real Postfix and is read in its recipient's mailbox; the server goes away and comes back."""

import pytest

from tests.support.cast import Cast
from tests.support.mail_lab import MailLab
from vigie.experiments.actions import save_contact
from vigie.kernel.access import System
from vigie.kernel.clock import Clock
from vigie.notices.models import Version
from vigie.outages import actions
from vigie.post import sending
from vigie.post.models import Delivery

pytestmark = pytest.mark.lab


def publish(cast: Cast) -> Version:
    declared = actions.declare_sudden(cast.lucie, services={"storage": "down"})
    draft = declared.first_notice
    assert draft is not None
    actions.approve(cast.lucie, declared.outage, draft)
    actions.publish(cast.lucie, declared.outage, draft)
    return draft


def states() -> dict[str, str]:
    return {
        row.recipient.partition("@")[0]: row.state for row in Delivery.objects.filter(key__contains=":mail:")
    }


def test_a_notice_is_read_in_both_languages_and_refusals_are_visible(
    cast: Cast, clock: Clock, mail_lab: MailLab, settings
):
    settings.CHANNELS = {"mail": {"port": mail_lab.smtp_port}}
    settings.DEFAULT_FROM_EMAIL = "vigie@centre.test"
    for name in ("later", "nobody-here", "full"):
        save_contact(System(), cast.orion, name=name, address=f"{name}@centre.test", language="en")
    publish(cast)
    sending.send_due("w")
    assert states() == {
        "jean.roche": "done",
        "orion-l": "done",
        "mary.stone": "done",
        "later": "waiting",
        "nobody-here": "set_apart",
        "full": "set_apart",
    }
    [french] = mail_lab.messages("jean.roche@centre.test", at_least=1)
    [english] = mail_lab.messages("mary.stone@centre.test", at_least=1)
    assert (french["Content-Language"], english["Content-Language"]) == ("fr", "en")
    assert french["Auto-Submitted"] == "auto-generated"
    assert "dCache" in french["Subject"]
    assert "dCache storage" in english["Subject"]
    body, page = english.get_body(("plain",)), english.get_body(("html",))
    assert body is not None
    assert page is not None
    assert french["Message-ID"] != english["Message-ID"]


def test_a_server_away_for_an_hour_of_moved_time_loses_nothing(
    cast: Cast, clock: Clock, mail_lab: MailLab, settings
):
    settings.CHANNELS = {"mail": {"port": mail_lab.smtp_port}}
    settings.DEFAULT_FROM_EMAIL = "vigie@centre.test"
    mail_lab.stop()
    publish(cast)
    for _minute in range(60):
        sending.send_due("w")
        clock.tick(minutes=1)
    assert set(states().values()) == {"waiting"}
    mail_lab.start()
    sending.send_due("w")
    assert set(states().values()) == {"done"}
    assert len(mail_lab.messages("mary.stone@centre.test", at_least=1)) == 1
