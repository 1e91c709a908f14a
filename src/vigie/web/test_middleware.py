"""What is sent to any page is looked at once, before any view."""

import pytest
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from vigie.web.middleware import NoNul

SENT = {"q": "a\x00b", "s": ["\x00", "farm"], "e": "é\n"}


def seen(request: HttpRequest) -> HttpResponse:
    return HttpResponse(repr([dict(request.GET.lists()), dict(request.POST.lists())]))


def test_a_nul_in_an_address_is_taken_out():
    got = NoNul(seen)(RequestFactory().get("/calendar", SENT)).content.decode()
    assert got == repr([{"q": ["ab"], "s": ["", "farm"], "e": ["é\n"]}, {}])


def test_a_nul_in_a_form_is_taken_out_and_its_body_stays():
    request = RequestFactory().post("/x", "q=a%00b", content_type="application/x-www-form-urlencoded")
    assert NoNul(seen)(request).content.decode() == repr([{}, {"q": ["ab"]}])
    assert request.body == b"q=a%00b"


def test_a_nul_in_a_path_is_no_page():
    with pytest.raises(Http404):
        NoNul(seen)(RequestFactory().get("/people/a%00b"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "url", ["/people/a%00b", "/outages/%00", "/history?q=%00&service=%00", "/calendar.ics?%00=1"]
)
def test_no_page_breaks_on_one(url: str):
    assert Client().get(url).status_code < 500
