from django.apps import AppConfig


class PublicConfig(AppConfig):
    name = "vigie.public"
    label = "public"
