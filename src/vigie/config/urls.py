"""The table of addresses: each door brings its own list."""

from django.urls import include, path

urlpatterns = [
    path("", include("vigie.web.urls")),
    path("", include("vigie.api.urls")),
    path("demo/", include("vigie.demo.urls")),
    path("accounts/", include("vigie.web.login_urls")),
    path("i18n/", include("django.conf.urls.i18n")),
]
