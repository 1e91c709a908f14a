"""`vigie outage update`, `promise`."""

from typing import Annotated

import typer

from vigie.cli import output, shapes
from vigie.cli.actor import acting
from vigie.cli.commands.notice import print_version
from vigie.cli.commands.outage.common import Number, words_of
from vigie.cli.errors import Wrong
from vigie.cli.options import As, AsJson
from vigie.cli.times import maybe_moment, moment, shown
from vigie.cli.words import gettext as _
from vigie.notices.models import Version
from vigie.notices.rules import FREE_SECTIONS, LANGUAGES
from vigie.outages import actions, queries


def update(
    number: Number,
    *,
    fr: Annotated[str, typer.Option("--fr", metavar="TEXT", help=_("Your words, in French."))] = "",
    en: Annotated[str, typer.Option("--en", metavar="TEXT", help=_("Your words, in English."))] = "",
    fr_file: Annotated[
        str, typer.Option("--fr-file", metavar="FILE", help=_("The same from a file; - is standard input."))
    ] = "",
    en_file: Annotated[
        str, typer.Option("--en-file", metavar="FILE", help=_("The same from a file; - is standard input."))
    ] = "",
    section: Annotated[
        str,
        typer.Option(
            "--section", help=_("Where the words belong: what, effect, jobs, action, still_works, data.")
        ),
    ] = "what",
    next_update: Annotated[
        str, typer.Option("--next-update", metavar="TIME", help=_("Promise the next update by then."))
    ] = "",
    approve: Annotated[
        bool, typer.Option("--approve", help=_("Approve it, if that is yours to do."))
    ] = False,
    publish: Annotated[bool, typer.Option("--publish", help=_("Approve it and let it leave."))] = False,
    as_: As = "",
    as_json: AsJson = False,
) -> None:
    _known_section(section)
    actor, row = acting(as_), queries.outage(number)
    words = {"fr": words_of(fr, fr_file, "--fr"), "en": words_of(en, en_file, "--en")}
    promised = maybe_moment(next_update, "--next-update")
    version = actions.compose(actor, row)
    if any(words.values()) or promised:
        actions.edit(
            actor,
            row,
            version,
            paragraphs=_merged(version, section, words),
            flashes=version.flashes,
            next_update_by=promised,
        )
    mails = None
    if (approve or publish) and version.state == "draft":
        actions.approve(actor, row, version)
    if publish:
        mails = actions.publish(actor, row, version)
    if as_json:
        output.as_json(shapes.version(version) | {"mails": mails})
        return
    print_version(row, version)
    if mails is not None:
        output.line(_("Published; mails that leave: %(n)s.") % {"n": mails})
    else:
        output.line(
            _("Kept as draft %(id)s; “vigie notice approve %(id)s”, then “vigie notice publish %(id)s”.")
            % {"id": version.pk}
        )


def _known_section(section: str) -> None:
    if section not in FREE_SECTIONS:
        raise Wrong(
            _("--section: there is no section “%(section)s”.") % {"section": section},
            hint=_("Known sections: %(sections)s.") % {"sections": ", ".join(FREE_SECTIONS)},
        )


def _merged(version: Version, section: str, words: dict[str, str]) -> dict[str, dict[str, str]]:
    """The words that are there, with the new ones in their section; a language that was not given stays."""
    return {
        language: {
            **version.paragraphs.get(language, {}),
            **({section: words[language]} if words[language] else {}),
        }
        for language in LANGUAGES
    }


def promise(number: Number, time: Annotated[str, typer.Argument(metavar="TIME")], as_: As = "") -> None:
    row = queries.outage(number)
    actions.promise(acting(as_), row, moment(time, "TIME"))
    output.line(
        _("Next update by %(time)s; readers see it with the next notice.")
        % {"time": shown(row.next_update_by)}
    )


def add(app: typer.Typer) -> None:
    app.command(
        "update", help=_("Compose the notice that comes next: the first, an update, the end, the report.")
    )(update)
    app.command("promise", help=_("Say by when the next update comes."))(promise)
