from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "vigie.notices"
    label = "notices"
