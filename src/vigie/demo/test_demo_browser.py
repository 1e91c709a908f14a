"""The demo's mailbox in a real Chromium."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.support.browser import PageFactory
from tests.support.cast import SUNDAY, Cast

from vigie.demo import views
from vigie.demo.mailbox import mailbox_server
from vigie.kernel.models import Installation

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_the_html_of_a_mail_shows_in_a_sandbox_without_script(
    live_server: Any, cast: Cast, page: PageFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    Installation.objects.create(pk=1, demo=True, created_at=SUNDAY)
    monkeypatch.setattr(views, "_folder", lambda: tmp_path / "mailbox")
    with mailbox_server(tmp_path / "mailbox"):
        pass
    raw = "Subject: Essai\nContent-Type: text/html; charset=utf-8\n\n<h1 style='color:red'>Bonjour</h1>\n"
    (tmp_path / "mailbox" / "new" / "1763800000.x").write_text(raw, "utf-8")
    tab = page(locale="fr", base_url=live_server.url)
    tab.goto("/demo/mailbox")
    tab.get_by_role("link", name="Essai").click()
    expect(tab.frame_locator("iframe").locator("h1")).to_have_text("Bonjour")
