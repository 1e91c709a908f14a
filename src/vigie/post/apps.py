from django.apps import AppConfig


class PostConfig(AppConfig):
    name = "vigie.post"
    label = "post"
