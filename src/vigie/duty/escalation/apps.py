from django.apps import AppConfig


class EscalationConfig(AppConfig):
    name = "vigie.duty.escalation"
    label = "escalation"
