"""Addresses of the day page."""

from django.urls import path

from vigie.web.today import views

urlpatterns = [
    path("today", views.today, name="today"),
    path("today/wall", views.wall, name="wall"),
]
