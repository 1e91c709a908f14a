"""`vigie outage …`: see the commands of each part."""

import typer

from vigie.cli.commands.outage import declare, log, planning, read, recover, roles, tell
from vigie.cli.options import group
from vigie.cli.words import gettext as _

app: typer.Typer = group(_("Declare, log, tell, end and review outages."))
for part in (declare, planning, read, log, tell, roles, recover):
    part.add(app)
