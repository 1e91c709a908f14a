"""Addresses of experiments. A code never begins with “+”, so “+add” can't be one."""

from django.urls import path

from vigie.web.experiments import accounts, manage, views

urlpatterns = [
    path("experiments", views.experiments, name="experiments"),
    path("experiments/+accounts", accounts.accounts, name="accounts"),
    path("experiments/+add", manage.add, name="experiment_add"),
    path("experiments/<slug:code>", views.experiment, name="experiment"),
    path("experiments/<slug:code>/edit", manage.edit, name="experiment_edit"),
    path("experiments/<slug:code>/close", manage.close, name="experiment_close"),
    path("experiments/<slug:code>/contacts/+add", manage.contact, name="contact_add"),
    path("experiments/<slug:code>/contacts/<int:pk>", manage.contact, name="contact_edit"),
    path("experiments/<slug:code>/contacts/<int:pk>/remove", manage.remove, name="contact_remove"),
]
