"""`vigie jobs …`: see the commands of each part.

No part imports Django when it is imported: `vigie jobs explain FILE` does without it, and starts in half the time. A command
that needs the database calls `prepare.ready("django")` before it imports the rest.
"""

import typer

from vigie.cli.commands.jobs import arriving, explain, history
from vigie.cli.options import group
from vigie.cli.words import gettext as _

app: typer.Typer = group(_("Jobs of the farm: which are bad, and what they have in common."))
for part in (explain, history, arriving):
    part.add(app)
