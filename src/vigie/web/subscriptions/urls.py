"""Addresses of the public's pages about mails."""

from django.urls import path

from vigie.web.subscriptions import views

urlpatterns = [
    path("subscriptions", views.start, name="subscribe"),
    path("subscriptions/link", views.link, name="subscription_link"),
    path("subscriptions/confirm/<str:token>", views.confirm, name="subscription_confirm"),
    path("subscriptions/manage/<str:token>", views.manage, name="subscription_manage"),
    path("subscriptions/stop/<str:token>", views.stop, name="subscription_stop"),
    path("subscriptions/stop/<str:token>/resume", views.resume, name="subscription_resume"),
]
