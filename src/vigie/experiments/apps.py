from django.apps import AppConfig


class ExperimentsConfig(AppConfig):
    name = "vigie.experiments"
    label = "experiments"
