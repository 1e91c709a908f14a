"""`vigie notice …`: what is told outside."""

from typing import Annotated

import typer

from vigie.cli import output, shapes
from vigie.cli.actor import acting
from vigie.cli.errors import Wrong
from vigie.cli.options import As, AsJson, Why, group
from vigie.cli.times import shown
from vigie.cli.words import gettext as _
from vigie.cli.words import language
from vigie.kernel.errors import Missing
from vigie.notices import queries as notices
from vigie.notices.actions import problems_of
from vigie.notices.models import Version, VersionState
from vigie.notices.rules import LANGUAGES
from vigie.notices.texts import Rendered, render
from vigie.outages import actions, queries
from vigie.outages.models import Outage
from vigie.outages.texts import public_links

app = group(_("Read, approve, publish and correct notices."))
Id = Annotated[
    int, typer.Argument(metavar="ID", help=_("The notice's number, as “vigie notice list” shows it."))
]
SHAPES = ("news", "flash", "mail")


def found(pk: int) -> tuple[Outage, Version]:
    """The version and the outage that it is about, or `Missing`."""
    version = notices.version(pk)
    outage = queries.outages().filter(thread=version.notice.thread).first()
    if outage is None:
        raise Missing(
            "notice.missing", _("There is no such notice."), hint=_("“vigie notice list” shows them all.")
        )
    return outage, version


def rendered(outage: Outage, version: Version, code: str) -> Rendered:
    """What readers of one language get: frozen once approved, made from the present words before."""
    if code in version.rendered:
        return Rendered.from_json(version.rendered[code])
    return render(
        version.notice.kind,
        version.the_facts,
        language=code,
        paragraphs=version.paragraphs,
        flashes=version.flashes,
        link=public_links(outage)[code],
        correction=bool(version.correction),
    )


def print_version(
    outage: Outage, version: Version, *, codes: tuple[str, ...] = LANGUAGES, shape: str = "mail"
) -> None:
    """The notice as readers get it, and what stops it from leaving."""
    for code in codes:
        made = rendered(outage, version, code)
        output.line(f"— {code} —")
        if shape == "flash":
            output.line(made.flash)
        elif shape == "news":
            output.line(made.title)
            for section in made.sections:
                output.line(f"\n{section.heading}\n{section.text}")
        else:
            output.line(f"{_('Subject:')} {made.mail_subject}\n\n{made.mail_text}")
    if version.state == VersionState.DRAFT:
        for problem in problems_of(version):
            output.line(_("Missing before it can leave: %(code)s %(section)s %(language)s") % vars(problem))


@app.command("list", help=_("Drafts, and what was published, newest first."))
def list_(
    outage: Annotated[str, typer.Option("--outage", metavar="N", help=_("Only of this outage."))] = "",
    drafts: Annotated[bool, typer.Option("--drafts", help=_("Only what has not left yet."))] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help=_("At most so many, newest first."))] = 20,
    as_json: AsJson = False,
) -> None:
    rows = (
        Version.objects.exclude(state=VersionState.DISCARDED).select_related("notice__thread").order_by("-pk")
    )
    if drafts:
        rows = rows.filter(state__in=(VersionState.DRAFT, VersionState.APPROVED))
    if outage:
        rows = rows.filter(notice__thread=queries.outage(outage).thread)
    shown_rows = list(rows[:limit])
    if as_json:
        output.as_json([shapes.version(row) for row in shown_rows])
        return
    output.table(
        [_("Id"), _("Kind"), _("State"), _("Title"), _("Published"), _("Next update by")],
        [
            (
                row.pk,
                row.notice.get_kind_display(),
                row.get_state_display(),
                _title(row),
                shown(row.published_at),
                shown(row.next_update_by),
            )
            for row in shown_rows
        ],
        empty=_("No notice."),
    )


def _title(row: Version) -> str:
    text = row.rendered.get(language(), {}).get("title", "")
    return text or ", ".join(service.name(language()) for service in row.the_facts.services)


@app.command(help=_("The notice as readers get it, in both languages."))
def preview(
    id_: Id,
    lang: Annotated[str, typer.Option("--lang", help=_("Only fr or en."))] = "",
    shape: Annotated[str, typer.Option("--shape", help=_("news, flash or mail."))] = "mail",
    as_json: AsJson = False,
) -> None:
    if lang and lang not in LANGUAGES:
        raise Wrong(_("--lang: write fr or en."))
    if shape not in SHAPES:
        raise Wrong(_("--shape: write news, flash or mail."))
    outage, version = found(id_)
    codes = (lang,) if lang else LANGUAGES
    if as_json:
        texts = {code: rendered(outage, version, code).to_json() for code in codes}
        faults = [vars(problem) for problem in problems_of(version)]
        output.as_json(shapes.version(version) | {"texts": texts, "problems": faults})
        return
    print_version(outage, version, codes=codes, shape=shape)


@app.command(help=_("Say that it may leave: what leaves is frozen."))
def approve(id_: Id, as_: As = "") -> None:
    outage, version = found(id_)
    actions.approve(acting(as_), outage, version)
    output.line(_("Approved; “vigie notice publish %(id)s” lets it leave.") % {"id": version.pk})


@app.command(help=_("Let an approved notice leave."))
def publish(id_: Id, as_: As = "") -> None:
    outage, version = found(id_)
    mails = actions.publish(acting(as_), outage, version)
    output.line(_("Published; mails that leave: %(n)s.") % {"n": mails})


@app.command(help=_("Begin a correction of what was published: a new version."))
def correct(id_: Id, why: Why, as_: As = "") -> None:
    outage, version = found(id_)
    made = actions.correct(acting(as_), outage, version, why=why)
    output.line(
        _("Correction %(id)s is begun; edit it on the desk, or “vigie notice preview %(id)s”.")
        % {"id": made.pk}
    )


@app.command(help=_("Give a draft up; it stays readable."))
def discard(id_: Id, why: Annotated[str, typer.Option("--why", metavar="TEXT")] = "", as_: As = "") -> None:
    outage, version = found(id_)
    actions.discard(acting(as_), outage, version, why=why)
    output.line(_("Given up."))
