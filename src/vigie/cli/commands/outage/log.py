"""`vigie outage log`, `ask`, `answer`."""

from typing import Annotated

import typer

from vigie.cli import output, shapes
from vigie.cli.actor import acting
from vigie.cli.commands.outage.common import Number, read
from vigie.cli.errors import Wrong
from vigie.cli.options import As, AsJson
from vigie.cli.times import shown
from vigie.cli.words import gettext as _
from vigie.outages import actions, queries
from vigie.outages.models import Fact, Outage
from vigie.outages.rules import FactKind
from vigie.outages.sayings import log_text

Text = Annotated[
    str, typer.Argument(metavar="TEXT", help=_("What to write; - reads it from standard input."))
]
MARKS = {FactKind.QUESTION: "?", FactKind.ANSWER: "→", FactKind.SYSTEM: "·", FactKind.FACT: " "}


def log(
    number: Number,
    text: Annotated[
        str,
        typer.Argument(
            metavar="[TEXT]", help=_("What to write; - reads it from standard input; nothing shows the log.")
        ),
    ] = "",
    key: Annotated[
        str, typer.Option("--key", help=_("For scripts: the same key again writes nothing."))
    ] = "",
    as_: As = "",
    as_json: AsJson = False,
) -> None:
    row = queries.outage(number)
    if not text:
        _show(row, as_json=as_json)
        return
    made = actions.log_fact(acting(as_), row, _given(text), key=f"cli:{row.pk}:{key}"[:80] if key else None)
    output.as_json(shapes.fact(made)) if as_json else output.line(_line(made))


def _given(text: str) -> str:
    return read("-", "TEXT") if text == "-" else text


def _show(row: Outage, *, as_json: bool) -> None:
    facts = queries.log(row)
    if as_json:
        output.as_json([shapes.fact(one) for one in facts])
        return
    for one in facts:
        output.line(_line(one))


def _line(one: Fact) -> str:
    mark = MARKS[FactKind(one.kind)]
    return f"{shown(one.at)} {mark} [{one.pk}] {one.author_label}: {log_text(one)}"


def ask(number: Number, text: Text, as_: As = "") -> None:
    row = queries.outage(number)
    output.line(_line(actions.ask(acting(as_), row, _given(text))))


def answer(
    number: Number,
    text: Text,
    question: Annotated[
        int, typer.Option("--question", metavar="ID", help=_("Which; the oldest open one otherwise."))
    ] = 0,
    as_: As = "",
) -> None:
    row = queries.outage(number)
    actor = acting(as_)
    asked = row.facts.filter(pk=question).first() if question else queries.open_questions(row).first()
    if asked is None:
        raise Wrong(
            _("Outage %(id)s has no question %(question)s.") % {"id": row.pk, "question": question}
            if question
            else _("Outage %(id)s has no open question.") % {"id": row.pk},
            hint=_("“vigie outage log %(id)s” shows them with their numbers.") % {"id": row.pk},
        )
    output.line(_line(actions.answer(actor, asked, _given(text))))


def add(app: typer.Typer) -> None:
    app.command("log", help=_("Write down a fact, or show the log."))(log)
    app.command("ask", help=_("Ask the operations contact; the question stays open until it is answered."))(
        ask
    )
    app.command("answer", help=_("Answer a question."))(answer)
