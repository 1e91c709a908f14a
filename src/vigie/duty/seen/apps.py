from django.apps import AppConfig


class SeenConfig(AppConfig):
    name = "vigie.duty.seen"
    label = "seen"
