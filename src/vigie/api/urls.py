"""Addresses of the api."""

from django.urls import URLPattern, URLResolver, path

from vigie.api.health import healthz, live
from vigie.api.metrics import metrics
from vigie.api.v1 import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", api.urls),
    path("healthz", healthz, name="healthz"),
    path("healthz/live", live, name="healthz-live"),
    path("metrics", metrics, name="metrics"),
]
