"""Addresses of people. A login never begins with “+”, so “+add” can't be one."""

from django.urls import path

from vigie.web.people import manage, views

urlpatterns = [
    path("people", views.people, name="people"),
    path("people/+add", manage.add, name="person_add"),
    path("people/<str:login>", views.person, name="person"),
    path("people/<str:login>/edit", manage.edit, name="person_edit"),
    path("people/<str:login>/public-name", manage.public_name, name="person_name_public"),
    path("people/<str:login>/password", manage.password, name="person_password"),
    path("people/<str:login>/leave", manage.leave, name="person_leave"),
    path("people/<str:login>/token", manage.token, name="person_token"),
    path("people/<str:login>/tokens/<int:pk>/revoke", manage.revoke, name="token_revoke"),
]
