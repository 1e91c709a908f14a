"""Addresses of the catalogue. A code never begins with “+”, so “+add” can't be one."""

from django.urls import path

from vigie.web.services import manage, views

urlpatterns = [
    path("services", views.services, name="services"),
    path("services/+add", manage.add, name="service_add"),
    path("services/<slug:code>", views.service, name="service"),
    path("services/<slug:code>/edit", manage.edit, name="service_edit"),
    path("services/<slug:code>/retire", manage.retire, name="service_retire"),
]
