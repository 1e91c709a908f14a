"""Addresses of escalations."""

from django.urls import path

from vigie.web.escalations import answering, settings, views

urlpatterns = [
    path("escalations", views.register, name="escalations"),
    path("escalations/call", settings.call, name="escalation_call"),
    path("escalations/pager", settings.pager, name="pager"),
    path("escalations/policies/<slug:code>", settings.policy, name="calling_policy"),
    path("escalations/<int:pk>", views.page, name="escalation"),
    path("escalations/<int:pk>/acknowledge", views.acknowledge, name="escalation_acknowledge"),
    path("escalations/<int:pk>/done", views.done, name="escalation_done"),
    path("escalations/answer/<path:token>", answering.answer, name="escalation_answer"),
]
