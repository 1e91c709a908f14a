"""Addresses of what comes in and goes out as files."""

from django.urls import path

from vigie.web.dayone import personal, views

urlpatterns = [
    path("import", views.imports, name="imports"),
    path("import/<int:pk>", views.upload, name="import_file"),
    path("import/<int:pk>/apply", views.apply, name="import_apply"),
    path("import/<int:pk>/aside", views.aside, name="import_aside"),
    path("export", views.exports, name="exports"),
    path("export/<slug:kind>.<slug:shape>", views.export_file, name="export_file"),
    path("personal", personal.about, name="personal"),
    path("personal/file", personal.carry, name="personal_file"),
    path("personal/forget", personal.forget, name="personal_forget"),
]
