"""Persons are the accounts of the desk: staff only. Contacts of experiments and users have no account here."""

from functools import cached_property
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from vigie.people.rules import Ending, GroupKind, Role, Scope, roles_of


class Language(models.TextChoices):
    FR = "fr", "Français"
    EN = "en", "English"


class PersonManager(BaseUserManager["Person"]):
    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(login=username)


class Person(AbstractBaseUser):
    """A member of staff. Leaves by `active = False`: what hangs on the row stays readable."""

    login = models.CharField(_("login"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("mail address"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices, default=Language.FR)
    is_administrator = models.BooleanField(_("administrator"), default=False)
    is_active = models.BooleanField(_("works here"), default=True)
    name_public = models.BooleanField(
        default=False
    )  # they agreed to be named on the public page while on duty
    # The first day on which they no longer work here, where it is known before (or was the day they left), and why.
    employed_until = models.DateField(_("first day no longer here"), null=True, blank=True)
    employment_ends_by = models.CharField(
        max_length=10, choices=[(why.value, why.value) for why in Ending], default=Ending.DEPARTURE
    )

    USERNAME_FIELD = "login"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]

    objects: ClassVar[PersonManager] = PersonManager()

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def actor_kind(self) -> str:
        return "person"

    @property
    def actor_id(self) -> str:
        return str(self.pk)

    @property
    def actor_label(self) -> str:
        return self.name

    @cached_property
    def roles(self) -> frozenset[str]:
        """Roles by group membership, read once per request: the row does not live longer."""
        if not self.is_active:
            return frozenset()
        pairs = self.memberships.values_list("group__kind", "is_lead")
        return roles_of(pairs, administrator=self.is_administrator)

    @property
    def is_operator(self) -> bool:
        return Role.OPERATOR in self.roles

    @property
    def is_support(self) -> bool:
        return Role.SUPPORT in self.roles

    # allauth and Django's auth ask these of any user model.
    @property
    def is_staff(self) -> bool:
        return self.is_administrator

    @property
    def is_superuser(self) -> bool:
        return False


class Group(models.Model):
    """Operations, Support, and whatever else a centre has."""

    code = models.SlugField(unique=True)
    name_fr = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=[(kind.value, kind.value) for kind in GroupKind])

    def __str__(self) -> str:
        return self.code

    def name(self, language: str) -> str:
        return self.name_fr if language == "fr" else self.name_en


class Membership(models.Model):
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="memberships")
    is_lead = models.BooleanField(_("lead of the group"), default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "group"], name="one_membership_each")
        ]

    def __str__(self) -> str:
        return f"{self.person} in {self.group}"


class ApiToken(models.Model):
    """A script's key: kept as a hash, scoped, able to expire. It acts in the name of its person."""

    label = models.CharField(max_length=120)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.label

    def carries(self, scope: Scope) -> bool:
        return scope in self.scopes
