"""Stories on a real Postfix and Dovecot: a bounce, a reply and its answer, read by IMAP."""

import smtplib
import time
from email.message import EmailMessage

import pytest

from tests.support.cast import Cast
from tests.support.mail_lab import MailLab
from vigie.config.reactions import REACTIONS
from vigie.experiments.actions import save_contact
from vigie.kernel.access import System
from vigie.kernel.events import dispatch_due
from vigie.notices.rules import left_out
from vigie.outages import actions, queries
from vigie.outages.models import Outage
from vigie.outages.rules import FactKind
from vigie.post import inboxes, sending
from vigie.post.models import Address, Delivery, InboundMail

pytestmark = pytest.mark.lab
DESK = "desk@centre.test"


@pytest.fixture
def desk(settings, mail_lab: MailLab) -> MailLab:
    """A desk whose notices leave by the lab's Postfix and whose mailbox is on its Dovecot."""
    settings.DEFAULT_FROM_EMAIL = DESK
    settings.CHANNELS = {"mail": {"port": mail_lab.smtp_port}}
    settings.INBOX = {
        "kind": "imap", "host": "127.0.0.1", "port": mail_lab.imap_port, "security": "none",
        "user": DESK, "password": "test", "address": DESK, "timeout": 10,
    }  # fmt: skip
    before = settings.OPTIONS.values.get("inbox.address", "")
    settings.OPTIONS.values["inbox.address"] = DESK
    yield mail_lab
    settings.OPTIONS.values["inbox.address"] = before


def told(cast: Cast) -> Outage:
    declared = actions.declare_sudden(cast.lucie, services={"storage": "down"})
    assert declared.first_notice is not None
    actions.approve(cast.lucie, declared.outage, declared.first_notice)
    actions.publish(cast.lucie, declared.outage, declared.first_notice)
    work()
    return declared.outage


def work() -> None:
    while dispatch_due(REACTIONS) or sending.send_due("w"):
        pass


def read(at_least: int) -> None:
    """Read the mailbox until so many mails are known; the post takes a moment."""
    deadline = time.monotonic() + 30
    while InboundMail.objects.count() < at_least:
        assert time.monotonic() < deadline
        inboxes.read_mail()
        time.sleep(0.05)
    work()


def test_a_real_bounce_marks_the_address_and_tells_the_follower(cast: Cast, desk: MailLab):
    save_contact(System(), cast.orion, name="Gone", address="bounce@centre.test", language="en")
    outage = told(cast)
    read(1)
    assert Address.objects.get().address == "bounce@centre.test"
    [out] = [row for row in left_out(actions.audience(outage)) if row.excluded == "bounced"]
    assert out.name == "Gone"
    assert any("bounce@centre.test" in fact.text for fact in queries.log(outage))
    assert any("bounce@centre.test" in str(mail) for mail in desk.messages("lucie@centre.test", at_least=1))


FORGED = """From: MAILER-DAEMON@elsewhere.test
To: {to}
Message-ID: <{number}@elsewhere.test>
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; elsewhere.test

Final-Recipient: rfc822; {victim}
Action: failed
Status: 5.1.1

--b
Content-Type: message/rfc822

From: {sender}
Message-ID: {original}

--b--
"""


def test_a_forged_bounce_message_of_somebody_who_has_one_of_our_mails_marks_nobody(cast: Cast, desk: MailLab):
    told(cast)
    [to_list] = desk.messages("orion-l@centre.test", at_least=1)
    [to_mary] = desk.messages("mary.stone@centre.test", at_least=1)
    ways = [  # to the desk, to the address for replies, to the one in the forger's own envelope
        DESK, str(to_list["Reply-To"]), str(to_mary["Return-Path"]).strip("<>")
    ]  # fmt: skip
    assert "+d" in ways[-1]
    with smtplib.SMTP("127.0.0.1", desk.smtp_port) as smtp:
        for number, to in enumerate(ways):
            text = FORGED.format(
                to=to,
                number=number,
                victim="orion-l@centre.test",
                sender=DESK,
                original=to_list["Message-ID"],
            )
            smtp.sendmail("", to, text)
    read(len(ways))
    assert set(InboundMail.objects.values_list("kind", "state")) == {("bounce", "open")}
    assert not Address.objects.exists()


def test_a_real_reply_becomes_a_question_and_its_answer_goes_back(cast: Cast, desk: MailLab):
    outage = told(cast)
    [notice] = desk.messages("jean.roche@centre.test", at_least=1)
    reply = EmailMessage()
    reply["From"], reply["To"] = "Jean Roche <jean.roche@centre.test>", notice["Reply-To"]
    reply["Subject"], reply["Message-ID"] = f"Re: {notice['Subject']}", "<jean-1@centre.test>"
    reply["In-Reply-To"] = notice["Message-ID"]
    reply.set_content(
        "Are my files safe?\n\nOn Sun, 22 Nov 2026 at 14:30, Vigie <desk@centre.test> wrote:\n> the notice"
    )
    vacation = EmailMessage()
    vacation["From"], vacation["To"] = "mary.stone@centre.test", notice["Reply-To"]
    vacation["Subject"], vacation["Auto-Submitted"] = "Out of office", "auto-replied"
    vacation["Message-ID"] = "<away-1@centre.test>"
    vacation.set_content("Back on Monday")
    with smtplib.SMTP("127.0.0.1", desk.smtp_port) as smtp:
        for mail in (reply, reply, vacation):
            smtp.send_message(mail)
    read(2)
    desk.wait_until_delivered()
    read(2)
    [question] = [fact for fact in queries.log(outage) if fact.kind == FactKind.QUESTION]
    assert (question.author_label, question.text) == ("jean.roche@centre.test", "Are my files safe?")
    actions.answer_by_mail(cast.lucie, question, "Yes, all of them.")
    work()
    answer = desk.messages("jean.roche@centre.test", at_least=2)[-1]
    assert answer["In-Reply-To"] == "<jean-1@centre.test>"
    assert "Yes, all of them." in answer.get_body(("plain",)).get_content()
    assert not Delivery.objects.filter(state="set_apart").exists()
