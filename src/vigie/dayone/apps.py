from django.apps import AppConfig


class DayOneConfig(AppConfig):
    name = "vigie.dayone"
    label = "dayone"
