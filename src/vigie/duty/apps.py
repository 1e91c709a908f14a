from django.apps import AppConfig


class DutyConfig(AppConfig):
    name = "vigie.duty"
    label = "duty"
