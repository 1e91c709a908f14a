"""Verbs over experiments and their contacts."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.validators import validate_email
from django.db import connection, models, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vigie.experiments.events import ExperimentAudit
from vigie.experiments.models import AccountSource, Contact, ContactRole, Experiment, FarmAccount
from vigie.experiments.rules import CLUSTER, USERNAME, Account
from vigie.kernel import audit, clock
from vigie.kernel.access import Actor, Permission, require
from vigie.kernel.errors import BadInput, Conflict, Refused
from vigie.people.rules import Role, one_line
from vigie.services.queries import by_codes


class ExperimentPermission(Permission):
    EDIT = "experiments.edit"


PERMISSIONS = {ExperimentPermission.EDIT: frozenset({Role.SUPPORT, Role.LEAD, Role.ADMINISTRATOR})}


@transaction.atomic
def save_experiment(
    actor: Actor, *, code: str, name: str, domain: str = "", uses: Iterable[str] = (), new: bool = False
) -> Experiment:
    """Create the experiment with this code or bring it up to date, with the services it uses.

    `new`: refuse a code that is taken. One that had ended and is saved again is back.
    """
    require(actor, ExperimentPermission.EDIT, PERMISSIONS)
    experiment = Experiment.objects.filter(code=code).first() or Experiment(code=code)
    if new and experiment.pk:
        raise BadInput(
            "experiment.taken",
            _("There is an experiment “%(code)s” already.") % {"code": code},
            hint=_("Choose another code, or edit that experiment."),
            field="code",
        )
    experiment.name, experiment.domain, experiment.active = one_line(name), one_line(domain), True
    _clean(experiment, "experiment.invalid")
    experiment.save()
    try:
        services = by_codes(uses)
    except BadInput as error:
        raise BadInput(error.code, error.message, hint=error.hint, field="uses") from None
    experiment.uses.set(services)
    audit.record(
        ExperimentAudit.SAVED,
        actor=actor,
        subject=experiment,
        changes={"name": name, "domain": domain, "uses": [service.code for service in services]},
    )
    return experiment


@transaction.atomic
def save_contact(
    actor: Actor,
    experiment: Experiment,
    *,
    name: str,
    address: str = "",
    language: str = "fr",
    role: str = ContactRole.COMPUTING,
    contact: Contact | None = None,
) -> Contact:
    """Add a contact or bring it up to date (known by experiment and name). An empty address is kept, and shown.

    `contact`: change this very row, its name too.
    """
    require(actor, ExperimentPermission.EDIT, PERMISSIONS)
    name = one_line(name)
    if contact is None:
        contact = Contact.objects.filter(experiment=experiment, name=name).first()
        contact = contact or Contact(experiment=experiment)
    contact.name = name
    if contact.address.lower() != address.strip().lower():
        contact.stopped_at = None  # who stopped was the old address
    contact.address, contact.language, contact.role = address.strip(), language, role
    if contact.address:
        try:
            validate_email(contact.address)
        except ValidationError as error:
            raise BadInput("contact.address", f"{address}: {error.messages[0]}", field="address") from None
    _clean(contact, "contact.invalid")
    contact.save()
    audit.record(
        ExperimentAudit.CONTACT_SAVED,
        actor=actor,
        subject=contact,
        changes={"experiment": experiment.code, "language": language, "role": role},
    )
    return contact


@transaction.atomic
def remove_contact(actor: Actor, contact: Contact) -> None:
    """Tell a person or a list no more; what was sent to them stays readable."""
    require(actor, ExperimentPermission.EDIT, PERMISSIONS)
    audit.record(
        ExperimentAudit.CONTACT_REMOVED,
        actor=actor,
        subject=contact,
        changes={"experiment": contact.experiment.code, "name": contact.name, "address": contact.address},
    )
    if not Contact.objects.filter(pk=contact.pk).delete()[0]:
        raise Conflict("contact.gone", _("Somebody removed this contact a moment ago."))


@transaction.atomic
def stop_contacts(actor: Actor, address: str, *, reason: str = "") -> int:
    """Somebody behind this address wants no more mails: every contact with it is told no more. Never a list.

    Returns how many contacts that was. Support sees it at the experiment, and may have them resumed on request.
    """
    require(actor, ExperimentPermission.EDIT, PERMISSIONS)
    found = Contact.objects.filter(address__iexact=address.strip(), stopped_at__isnull=True)
    rows = list(found.exclude(role=ContactRole.LIST).select_related("experiment"))
    for contact in rows:
        if Contact.objects.filter(pk=contact.pk, stopped_at__isnull=True).update(stopped_at=clock.now()):
            audit.record(
                ExperimentAudit.CONTACT_STOPPED,
                actor=actor,
                subject=contact,
                reason=reason,
                changes={"experiment": contact.experiment.code},
            )
    return len(rows)


@transaction.atomic
def resume_contacts(actor: Actor, address: str, *, reason: str = "") -> int:
    """They want the mails again (they said so themself, or told Support). Returns how many contacts that was."""
    require(actor, ExperimentPermission.EDIT, PERMISSIONS)
    rows = list(Contact.objects.filter(address__iexact=address.strip(), stopped_at__isnull=False))
    for contact in rows:
        Contact.objects.filter(pk=contact.pk).update(stopped_at=None)
        audit.record(ExperimentAudit.CONTACT_RESUMED, actor=actor, subject=contact, reason=reason)
    return len(rows)


@transaction.atomic
def close_experiment(actor: Actor, experiment: Experiment) -> None:
    """The experiment no longer works here: its contacts are told no more. Its past stays."""
    require(actor, ExperimentPermission.EDIT, PERMISSIONS)
    if Experiment.objects.filter(pk=experiment.pk, active=True).update(active=False) != 1:
        raise Refused("experiment.closed", _("“%(name)s” has ended already.") % {"name": experiment.name})
    experiment.active = False
    audit.record(ExperimentAudit.CLOSED, actor=actor, subject=experiment)


SAVE_ACCOUNT = (Path(__file__).parent / "save_account.sql").read_text("utf-8")


def account_checker() -> Callable[[Account], str]:
    """A function that says what is wrong with an account, "" if nothing is; it knows the experiments there are now."""
    known = set(Experiment.objects.values_list("code", flat=True))

    def problem(one: Account) -> str:
        if not CLUSTER.fullmatch(one.cluster):
            return gettext("“%(name)s” can’t be the name of a cluster") % {"name": one.cluster[:60]}
        if not USERNAME.fullmatch(one.username):
            return gettext("“%(name)s” can’t be the name of an account") % {"name": one.username[:60]}
        if one.experiment and one.experiment not in known:
            return gettext("There is no experiment “%(code)s”.") % {"code": one.experiment[:60]}
        if len(one.person_name) > 120:  # noqa: PLR2004 # as the column
            return gettext("the name is longer than 120 characters")
        if one.mail:
            try:
                validate_email(one.mail)
            except ValidationError:
                return gettext("“%(mail)s” is no mail address") % {"mail": one.mail[:60]}
        return ""

    return problem


@transaction.atomic
def save_accounts(
    actor: Actor, lines: Sequence[Account], *, source: str = "file", rows: int | None = None
) -> AccountSource:
    """Write accounts of the farm, many in one act: new ones are added, known ones (cluster, name) brought up to date.

    Nothing is deleted; an account ends by `active = False`. `source` is where they come from, `rows` how many it told in
    all. `BadInput` names the first that can't be, and nothing is written.
    """
    require(actor, ExperimentPermission.EDIT, PERMISSIONS)
    problem = account_checker()
    for one in lines:
        if why := problem(one):
            raise BadInput("account.invalid", f"{one.cluster} {one.username}: {why}")
    before = FarmAccount.objects.count()
    codes = dict(Experiment.objects.values_list("code", "pk"))
    ended = {
        (cluster, name): at
        for cluster, name, at in FarmAccount.objects.filter(active=False).values_list(
            "cluster", "username", "ended_at"
        )
    }
    now = clock.now()
    moment = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:  # a model object for each would take ten times as long
        cursor.executemany(
            SAVE_ACCOUNT,
            [
                (
                    one.cluster,
                    one.username,
                    codes.get(one.experiment),
                    one.person_name,
                    one.mail,
                    one.language,
                    one.active,
                    None if one.active else moment(ended.get((one.cluster, one.username)) or now),
                )
                for one in lines
            ],
        )
    added = FarmAccount.objects.count() - before
    told, _made = AccountSource.objects.update_or_create(
        code=source,
        defaults={
            "rows": len(lines) if rows is None else rows,
            "read_at": now,
            "problem": "",
            "problem_at": None,
        },
    )
    if lines:
        counts = {"source": source, "added": added, "changed": len(lines) - added, "rows": told.rows}
        audit.record(ExperimentAudit.ACCOUNTS_SAVED, actor=actor, subject=told, changes=counts)
    return told


@transaction.atomic
def forget_address(actor: Actor, address: str) -> int:
    """Forget who stands behind a mail address: contacts with it are removed, accounts lose name and address.

    A mailing list stays: it is nobody's. Returns how many rows that was.
    """
    require(actor, ExperimentPermission.EDIT, PERMISSIONS)
    found = Contact.objects.filter(address__iexact=address.strip()).exclude(role=ContactRole.LIST)
    rows = list(found.select_related("experiment"))
    for contact in rows:
        changes = {"experiment": contact.experiment.code}
        audit.record(ExperimentAudit.CONTACT_REMOVED, actor=actor, subject=contact, changes=changes)
        contact.delete()
    return len(rows) + _forget_accounts(actor, FarmAccount.objects.filter(mail__iexact=address.strip()))


@transaction.atomic
def forget_ended_accounts(actor: Actor, before: datetime) -> int:
    """Accounts that ended before then lose the name and address of their person; the account itself stays."""
    require(actor, ExperimentPermission.EDIT, PERMISSIONS)
    return _forget_accounts(actor, FarmAccount.objects.filter(active=False, ended_at__lt=before))


def _forget_accounts(actor: Actor, accounts: models.QuerySet[FarmAccount]) -> int:
    named = accounts.exclude(mail="", person_name="")
    first = named.first()
    count = named.update(mail="", person_name="")
    if first:
        audit.record(
            ExperimentAudit.ACCOUNTS_FORGOTTEN, actor=actor, subject=first, changes={"accounts": count}
        )
    return count


@transaction.atomic
def note_unread(actor: Actor, source: str, problem: str) -> AccountSource:
    """A source could not be read, or is not believed: nothing changes, and it says so until it can be read again."""
    require(actor, ExperimentPermission.EDIT, PERMISSIONS)
    told, _made = AccountSource.objects.get_or_create(code=source)
    if told.problem != problem[:500]:
        audit.record(ExperimentAudit.ACCOUNTS_NOT_READ, actor=actor, subject=told, reason=problem[:500])
    AccountSource.objects.filter(pk=told.pk).update(problem=problem[:500], problem_at=clock.now())
    told.refresh_from_db()
    return told


def _clean(row: models.Model, code: str) -> None:
    try:
        row.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        if field == NON_FIELD_ERRORS:
            raise BadInput(code, messages[0]) from None
        raise BadInput(code, f"{field}: {messages[0]}", field=field) from None
