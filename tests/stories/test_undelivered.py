"""Story: one of a notice's mails can't be delivered; the outage says so and its follower is told."""

from tests.support.cast import Cast
from tests.support.small_smtp import SmallSmtp
from vigie.config.reactions import REACTIONS
from vigie.experiments.actions import save_contact
from vigie.kernel.access import System
from vigie.kernel.events import dispatch_due
from vigie.outages import actions, queries
from vigie.post import sending
from vigie.post.models import Delivery


def test_a_refused_address_reaches_the_follower_once(cast: Cast, small_smtp: SmallSmtp, settings):
    settings.CHANNELS = {"mail": {"port": small_smtp.smtp_port}}
    for name in ("nobody", "nobody-else"):
        save_contact(System(), cast.orion, name=name, address=f"{name}@centre.test", language="en")
    declared = actions.declare_sudden(cast.lucie, services={"storage": "down"})
    outage, draft = declared.outage, declared.first_notice
    assert draft is not None
    actions.approve(cast.lucie, outage, draft)
    assert actions.publish(cast.lucie, outage, draft) == 5
    dispatch_due(REACTIONS)
    sending.send_due("w")
    assert dispatch_due(REACTIONS) == 2
    dispatch_due(REACTIONS)
    assert dispatch_due(REACTIONS) == 0
    lines = [fact.text for fact in queries.log(outage) if "550" in fact.text]
    assert len(lines) == 2
    assert "nobody@centre.test" in lines[0]
    [told] = Delivery.objects.filter(key__startswith="undelivered:")
    assert told.recipient == "lucie@centre.test"
    assert Delivery.objects.filter(state="done").count() == 4  # three notices, and the contact's mail
