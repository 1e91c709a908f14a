from django.apps import AppConfig


class FindingsConfig(AppConfig):
    name = "vigie.jobs.findings"
    label = "findings"
