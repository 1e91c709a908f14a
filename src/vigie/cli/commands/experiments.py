"""`vigie experiment list`."""

from vigie.cli import output
from vigie.cli.options import AsJson, group
from vigie.cli.words import gettext as _
from vigie.experiments.queries import experiments

app = group(_("Experiments and their contacts."))


@app.command("list", help=_("The experiments, what they use, whom they name as contacts."))
def list_(as_json: AsJson = False) -> None:
    rows = list(experiments().prefetch_related("uses", "contacts"))
    if as_json:
        output.as_json(
            [
                {
                    "code": row.code,
                    "name": row.name,
                    "domain": row.domain,
                    "uses": [service.code for service in row.uses.all()],
                    "contacts": [
                        {"name": one.name, "address": one.address, "language": one.language, "role": one.role}
                        for one in row.contacts.all()
                    ],
                }
                for row in rows
            ]
        )
        return
    output.table(
        [_("Code"), _("Name"), _("Uses"), _("Contacts")],
        [
            (
                row.code,
                row.name,
                ", ".join(service.code for service in row.uses.all()),
                ", ".join(one.address or f"{one.name} ({_('no address')})" for one in row.contacts.all()),
            )
            for row in rows
        ],
        empty=_("No experiment."),
    )
