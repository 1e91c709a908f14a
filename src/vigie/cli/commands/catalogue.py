"""`vigie service list`."""

from vigie.cli import output
from vigie.cli.options import AsJson, group
from vigie.cli.words import gettext as _
from vigie.cli.words import language
from vigie.outages.models import EFFECT_LABELS
from vigie.outages.queries import effects_now
from vigie.services.queries import catalogue

app = group(_("The catalogue of services."))


@app.command("list", help=_("The services, and how they are now."))
def list_(as_json: AsJson = False) -> None:
    rows, hit = list(catalogue().prefetch_related("depends_on")), effects_now()
    if as_json:
        output.as_json(
            [
                {
                    "code": row.code,
                    "name": {"fr": row.name_fr, "en": row.name_en},
                    "plain": {"fr": row.plain_fr, "en": row.plain_en},
                    "needs": sorted(other.code for other in row.depends_on.all()),
                    "effect": hit[row.pk][0] if row.pk in hit else None,
                    "outage": hit[row.pk][1].pk if row.pk in hit else None,
                }
                for row in rows
            ]
        )
        return
    labels = {key.value: label for key, label in EFFECT_LABELS.items()}
    output.table(
        [_("Code"), _("Name"), _("In plain words"), _("Now")],
        [
            (
                row.code,
                row.name(language()),
                row.plain(language()),
                labels[hit[row.pk][0]] if row.pk in hit else _("works"),
            )
            for row in rows
        ],
        empty=_("The catalogue is empty."),
    )
