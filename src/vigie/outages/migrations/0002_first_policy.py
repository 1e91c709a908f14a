"""The communication plan a new desk starts with (DESIGN §4); an administrator may change the rows."""

from django.db import migrations


def seed(apps, schema_editor):
    policy = apps.get_model("outages", "CommunicationPolicy")
    for kind in ("sudden", "scheduled"):
        policy.objects.get_or_create(pk=kind)


class Migration(migrations.Migration):
    dependencies = [("outages", "0001_initial")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
