"""Addresses of the public site: the same paths as in the static folder, and `/` in the reader's language."""

from django.urls import URLPattern, path, re_path

from vigie.web.public import views

FILES = (
    r"^(?P<path>(?:fr|en)/.*|assets/[a-z.]+|feeds/[-\w/]+(?:\.(?:fr|en))?\.(?:atom|rss|ics)|api/v2/[-a-z/]+\.json"
    r"|index\.html|(?:flash|status|heartbeat)\.json|(?:flash|motd)\.(?:fr|en)\.txt)$"
)

urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
    re_path(r"^(?P<language>fr|en)$", views.language_home),
    re_path(FILES, views.file, name="public_file"),
]
