"""The notice a new desk owes its users (DESIGN §4): 24 h, 48 h, 5 working days, 10 days; an administrator may change them."""

from django.db import migrations

RULES = (
    # code, amount, unit, effect at least, lasts at least (minutes)
    ("24-hours", 24, "hours", "at_risk", 0),
    ("48-hours", 48, "hours", "degraded", 0),
    ("5-working-days", 5, "working_days", "down", 0),
    ("10-days", 10, "days", "down", 24 * 60),
)


def seed(apps, schema_editor):
    rows = apps.get_model("outages", "NoticeRuleRow")
    for code, amount, unit, effect, minutes in RULES:
        rows.objects.get_or_create(
            code=code, defaults={"amount": amount, "unit": unit, "effect": effect, "lasts_at_least": minutes}
        )
    apps.get_model("outages", "CommunicationPolicy").objects.filter(pk="scheduled").update(update_every=240)


class Migration(migrations.Migration):
    dependencies = [("outages", "0004_scheduled")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
