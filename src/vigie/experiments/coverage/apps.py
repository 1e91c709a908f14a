from django.apps import AppConfig


class CoverageConfig(AppConfig):
    name = "vigie.experiments.coverage"
    label = "coverage"
