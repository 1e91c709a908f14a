from django.apps import AppConfig


class OutagesConfig(AppConfig):
    name = "vigie.outages"
    label = "outages"
