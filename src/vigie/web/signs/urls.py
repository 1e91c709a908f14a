"""Addresses of signs and calendars: the desk's own pages, then those that a token opens."""

from django.urls import path

from vigie.web.signs import calendars, manage, views

urlpatterns = [
    path("duty/+signs", manage.signs, name="signs"),
    path("duty/+signs/add", manage.add, name="sign_add"),
    path("duty/+signs/<int:pk>/revoke", manage.revoke, name="sign_revoke"),
    path("duty/+calendars", calendars.calendars, name="calendars"),
    path("duty/+calendars/reset", calendars.reset, name="calendar_reset"),
    path("sign/<str:token>.png", views.picture, name="sign_picture"),
    path("sign/<str:token>", views.sign, name="sign"),
    path("shifts/<str:token>.ics", views.calendar, name="shift_calendar"),
]
