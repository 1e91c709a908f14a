from django.apps import AppConfig


class HandoverConfig(AppConfig):
    name = "vigie.duty.handover"
    label = "handover"
