"""Addresses of the day page."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
