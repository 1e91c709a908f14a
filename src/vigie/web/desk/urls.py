"""Addresses of the desk."""

from django.urls import path

from vigie.web.desk import views

urlpatterns = [path("desk", views.desk, name="desk")]
