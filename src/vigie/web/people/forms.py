"""The forms about people; rules are the verbs' business."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from vigie.people.models import Language, Person
from vigie.people.queries import groups
from vigie.people.rules import Scope
from vigie.web.fields import MomentField

SCOPE_LABELS = {
    Scope.READ: _("read outages, duties and catalogues"),
    Scope.ALERT: _("send alarms"),
    Scope.DECLARE: _("declare outages"),
    Scope.LOG: _("log facts"),
    Scope.PUBLISH: _("publish notices"),
    Scope.JOBS: _("read users’ jobs and findings, exempt"),
    Scope.CONTACTS: _("read the addresses of contacts"),
}


class PersonForm(forms.Form):
    """One person; the login can't be changed later: it stands in files and addresses."""

    login = forms.CharField(
        label=_("Login"),
        max_length=60,
        help_text=_("Letters, digits and . _ - ; it can’t be changed later."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(
        label=_("Mail address"), required=False, help_text=_("Without one, reminders show on the desk only.")
    )
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    language = forms.ChoiceField(
        label=_("Language of their mails"), choices=Language.choices, initial=Language.FR
    )
    groups = forms.MultipleChoiceField(label=_("Groups"), required=False, widget=forms.CheckboxSelectMultiple)
    leads = forms.MultipleChoiceField(label=_("Lead of"), required=False, widget=forms.CheckboxSelectMultiple)
    administrator = forms.BooleanField(
        label=_("Administrator: manages people and everything else"), required=False
    )

    def __init__(self, *args: Any, person: Person | None = None, **kwargs: Any) -> None:
        if person is not None:
            kwargs["initial"] = self.values_of(person)
        super().__init__(*args, **kwargs)
        language = get_language() or "fr"
        choices = [(group.code, group.name(language)) for group in groups()]
        for name in ("groups", "leads"):
            self.fields[name].choices = choices  # type: ignore[attr-defined] # a choice field, which has them
            self.fields[name].pick = True  # type: ignore[attr-defined] # read by the form's template
        if person is not None:
            del self.fields["login"]

    @staticmethod
    def values_of(person: Person) -> dict[str, Any]:
        rows = list(person.memberships.select_related("group"))
        return {
            "name": person.name,
            "email": person.email,
            "phone": person.phone,
            "language": person.language,
            "groups": [row.group.code for row in rows],
            "leads": [row.group.code for row in rows if row.is_lead],
            "administrator": person.is_administrator,
        }

    def fields_for_verb(self) -> dict[str, Any]:
        """What `save_person` takes: a lead of a group is one of its members."""
        data = dict(self.cleaned_data)
        leads = set(data.pop("leads"))
        data["groups"] = [(code, code in leads) for code in dict.fromkeys([*data["groups"], *leads])]
        return data


class PasswordForm(forms.Form):
    password = forms.CharField(
        label=_("New password"),
        max_length=128,
        strip=False,
        help_text=_("12 characters at least, and no common word. Tell it to them in person."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class TokenForm(forms.Form):
    label = forms.CharField(
        label=_("What for"),
        max_length=120,
        help_text=_("For instance: Alertmanager, wall screen, nightly script."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("It may"),
        choices=[(scope.value, SCOPE_LABELS.get(scope, scope.value)) for scope in Scope],
        widget=forms.CheckboxSelectMultiple,
    )
    expires_at = MomentField(
        label=_("Expires"), required=False, help_text=_("Like 2027-06-30 00:00 or +90d; empty: never.")
    )


class LeaveForm(forms.Form):
    """Nothing to type: the page says what follows."""
