"""What `vigie demo` calls, in this order; nothing here imports Django before it is set up.

    configure(data_dir)
    os.environ.update(environment(data_dir))          # before Django's settings are read
    with mailbox_server(data_dir / "mailbox") as box:
        os.environ["VIGIE_MAIL_HOST"], os.environ["VIGIE_MAIL_PORT"] = box.host, str(box.port)
        django.setup(); migrate
        prepare(data_dir)                              # fills an empty database, freshens a demo, refuses any other
        … start web and worker in this process, until Ctrl-C …

`environment` and `mailbox_server` need no Django; `prepare` does. The mailbox pages read DATA/mailbox.
"""

from pathlib import Path

from vigie.demo import data
from vigie.demo.mailbox import Mailbox, mailbox_server

__all__ = ["MAILBOX", "Mailbox", "configure", "environment", "mailbox_server", "prepare"]

MAILBOX = "mailbox"  # folder under the data folder
CONFIGURATION = "demo.toml"  # same
FARM = """# Written at every start of the demo.
[batch.farm]
adapter = "demo"
interval = 300
"""


def environment(data_dir: Path) -> dict[str, str]:
    """What the demo sets: its data folder, the centre's name, sender and contact (an address nobody can own)."""
    return {
        "VIGIE_STORE_DATA": str(data_dir),
        "VIGIE_SITE_NAME": data.CENTRE,
        "VIGIE_SITE_CONTACT": data.CONTACT,
        "VIGIE_MAIL_SENDER": data.SENDER,
        "VIGIE_CONFIG": str(data_dir / CONFIGURATION),
    }


def configure(data_dir: Path) -> None:
    """Write the configuration that a variable can't hold: the farm that the worker asks."""
    (data_dir / CONFIGURATION).write_text(FARM, encoding="utf-8")


def prepare(data_dir: Path) -> None:
    """Make the migrated database the invented centre's; again, later: bring it up to the moment.

    Marks the database first. `Refused` if it holds data and is not marked as a demo: nothing is written then.
    """
    from vigie.demo import actions  # noqa: PLC0415 # needs Django, which the caller sets up after the mail server
    from vigie.people.models import Person  # noqa: PLC0415 # same

    (data_dir / MAILBOX).parent.mkdir(parents=True, exist_ok=True)
    actions.mark()
    if Person.objects.exists():
        actions.refresh()
    else:
        actions.fill()
