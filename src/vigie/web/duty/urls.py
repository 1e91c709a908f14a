"""Addresses of the rota. A code never begins with “+”, so what does can't be one."""

from django.urls import path

from vigie.web.duty import manage, views

urlpatterns = [
    path("duty", views.duty, name="duty"),
    path("duty/+shift", manage.add, name="shift_add"),
    path("duty/+duty", manage.duty, name="duty_add"),
    path("duty/+shifts", views.shifts, name="shifts"),
    path("duty/+shifts/<int:pk>/remove", manage.remove, name="shift_remove"),
    path("duty/<slug:code>/edit", manage.duty, name="duty_edit"),
]
