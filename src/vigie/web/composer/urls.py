"""Addresses of notices."""

from django.urls import path

from vigie.web.composer import audience, page, register, told

urlpatterns = [
    path("notices", register.register, name="notices"),
    path("outages/<int:pk>/audience", audience.full, name="audience"),
    path("outages/<int:pk>/notices", page.new, name="notice_new"),
    path("outages/<int:pk>/notices/<int:version_pk>", page.notice, name="notice_version"),
    path("outages/<int:pk>/notices/<int:version_pk>/preview", page.preview, name="notice_preview"),
    path("outages/<int:pk>/notices/<int:version_pk>/correct", told.correct, name="notice_correct"),
]
