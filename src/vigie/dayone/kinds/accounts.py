"""Farm accounts: very many rows, checked without writing and written in one act."""

from collections.abc import Callable, Iterable, Sequence

from django.utils.translation import gettext_lazy as _

from vigie.dayone import columns
from vigie.dayone.columns import Column
from vigie.dayone.kind import Kind, Values
from vigie.dayone.kinds.experiments import may
from vigie.experiments.actions import account_checker, save_accounts
from vigie.experiments.models import FarmAccount
from vigie.experiments.rules import Account
from vigie.kernel.access import Actor


def _present(_rows: Sequence[Values] | None) -> Iterable[Values]:
    fields = ("cluster", "username", "experiment__code", "person_name", "mail", "language", "active")
    for cluster, username, code, name, mail, language, active in FarmAccount.objects.values_list(*fields):
        yield {
            "cluster": cluster,
            "username": username,
            "experiment": code or "",
            "name": name,
            "mail": mail,
            "language": language,
            "active": active,
        }


def account(row: Values) -> Account:
    """A row as the domain's verb takes it."""
    return Account(
        cluster=str(row["cluster"]),
        username=str(row["username"]),
        experiment=str(row["experiment"]),
        person_name=str(row["name"]),
        mail=str(row["mail"]),
        language=str(row["language"]),
        active=bool(row["active"]),
    )


def _check() -> Callable[[Values], str]:
    problem = account_checker()
    return lambda row: problem(account(row))


def _save_all(actor: Actor, rows: Sequence[Values]) -> None:
    save_accounts(actor, [account(row) for row in rows])


ACCOUNTS = Kind(
    name="accounts",
    title=_("Farm accounts"),
    about=_("Who submits jobs on which cluster, for which experiment, and how to reach them."),
    columns=(
        Column(
            "cluster",
            _("name of the cluster"),
            columns.text,
            needed=True,
            aliases=frozenset({"grappe", "ferme"}),
        ),
        Column(
            "username",
            _("name of the account"),
            columns.text,
            needed=True,
            aliases=frozenset({"user", "uid", "compte", "login"}),
        ),
        Column(
            "experiment",
            _("code of the experiment; empty: none"),
            columns.text,
            aliases=frozenset({"expérience", "vo", "group"}),
        ),
        Column(
            "name",
            _("full name of the person"),
            columns.text,
            aliases=frozenset({"nom", "person", "person_name"}),
        ),
        Column(
            "mail",
            _("mail address"),
            columns.text,
            aliases=frozenset({"email", "e-mail", "courriel", "address"}),
        ),
        Column("language", "fr, en", columns.one_of("fr", "en"), "fr", aliases=frozenset({"langue"})),
        Column("active", _("no: is closed"), columns.flag, default=True, aliases=frozenset({"actif"})),
    ),
    key=("cluster", "username"),
    require=may,
    present=_present,
    save_all=_save_all,
    check=_check,
)
