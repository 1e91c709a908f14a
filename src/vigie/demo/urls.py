"""Addresses of the demo, under /demo/."""

from django.urls import path

from vigie.demo import views

urlpatterns = [
    path("", views.cast, name="demo"),
    path("login/<str:login>", views.be, name="demo_login"),
    path("mailbox", views.inbox, name="demo_mailbox"),
    path("mailbox/<str:key>", views.mail, name="demo_mail"),
    path("mailbox/<str:key>/html", views.mail_html, name="demo_mail_html"),
]
