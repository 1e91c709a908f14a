from django.apps import AppConfig


class ServicesConfig(AppConfig):
    name = "vigie.services"
    label = "services"
