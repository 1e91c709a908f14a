"""How people get in: accounts are made by an administrator, never by signing up."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from vigie.people.models import Person


class NoSignup(DefaultAccountAdapter):  # type: ignore[misc] # allauth ships no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 # allauth's signature
        return False


class KnownPersonsOnly(DefaultSocialAccountAdapter):  # type: ignore[misc] # allauth ships no types
    """OpenID Connect logs in a person the desk knows by login name, and nobody else."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002 # allauth's signature
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        if sociallogin.is_existing:
            return
        claims: dict[str, Any] = sociallogin.account.extra_data or {}
        claims = claims.get("userinfo", claims)
        login = claims.get("preferred_username", "")
        person = Person.objects.filter(login=login, is_active=True).first() if login else None
        if person is None:
            messages.error(request, _("The desk has no account for you. Ask an administrator to make one."))
            raise ImmediateHttpResponse(redirect("account_login"))
        sociallogin.connect(request, person)
