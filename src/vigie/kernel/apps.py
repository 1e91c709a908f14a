from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "vigie.kernel"
    label = "kernel"
