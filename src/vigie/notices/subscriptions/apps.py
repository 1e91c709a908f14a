from django.apps import AppConfig


class SubscriptionsConfig(AppConfig):
    name = "vigie.notices.subscriptions"
    label = "subscriptions"
