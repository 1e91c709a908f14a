"""Addresses of hand-overs."""

from django.urls import path

from vigie.web.handover import register, views

urlpatterns = [
    path("handover", views.current, name="handover_now"),
    path("handovers", register.register, name="handovers"),
    path("handover/<int:pk>", views.page, name="handover"),
    path("handover/<int:pk>/save", views.save, name="handover_save"),
    path("handover/<int:pk>/give", views.give, name="handover_give"),
    path("handover/<int:pk>/accept", views.accept, name="handover_accept"),
    path("handover/<int:pk>/decline", views.decline, name="handover_decline"),
]
