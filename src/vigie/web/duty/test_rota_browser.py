"""The rota's pages in a real Chromium: axe, both languages, a phone's width, dark."""

from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped] # ships no types
from django.test import Client
from tests.support.browser import PageFactory
from tests.support.cast import SUNDAY, Cast

from vigie.duty import actions
from vigie.duty.models import Shift

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
DAY = timedelta(days=1)
PAGES = [
    "/duty?week=2026-W48",
    "/duty/+month",
    "/duty/+month?rows=people",
    "/duty/+mine",
    "/duty/+swaps",
    "/duty/+absences",
    "/duty/+absences/add",
    "/duty/+holes",
    "/duty/+shifts",
    "/duty/production",
    "/duty/production/shape",
    "/duty/production/rotation",
]


@pytest.mark.parametrize(("width", "theme", "locale"), [(1280, "light", "fr"), (390, "dark", "en")])
def test_the_rota_is_readable_by_all(
    page: PageFactory, live_server: Any, cast: Cast, *, width: int, theme: str, locale: str
):
    shape = actions.Shape(rhythm="round", handovers="8:00 20:00", levels=2)
    duty = actions.shape_duty(cast.odile, cast.production, shape)
    people = [cast.amina, cast.bruno]
    actions.save_rotation(cast.odile, duty, starts_on=(SUNDAY + DAY).date(), every="shift", people=people)
    actions.add_absence(cast.bruno, cast.bruno, starts_at=SUNDAY + 3 * DAY, ends_at=SUNDAY + 5 * DAY)
    shift = Shift.objects.filter(person=cast.amina, starts_at__gt=SUNDAY).order_by("starts_at")[0]
    swap = actions.offer_swap(cast.amina, shift, to=cast.denis)
    tab = page(base_url=live_server.url, width=width, theme=theme, locale=locale)
    client = Client()
    client.force_login(cast.odile, backend=BACKEND)
    session = client.cookies["sessionid"].value
    tab.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    for path in [*PAGES, f"/duty/+swaps/{swap.pk}", f"/duty/+shifts/{shift.pk}/offer"]:
        tab.goto(path)
        found = Axe().run(tab)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
        wider = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{path} is wider than the screen by {wider} px"
