from datetime import datetime

from django.db import migrations, models


def note_standing(apps, schema_editor):
    """Where each thread stands for readers, from what was published in it."""
    threads = apps.get_model("notices", "Thread").objects
    rows = apps.get_model("notices", "Version").objects.filter(state="published")
    last = {}
    for pk, thread, at in rows.order_by("published_at", "pk").values_list("pk", "notice__thread_id", "published_at"):
        last[thread] = (pk, at)
    for thread, (pk, at) in last.items():
        newest = rows.filter(notice__thread=thread).order_by("-notice__number", "-number").values("pk", "facts").first()
        threads.filter(pk=thread).update(
            told_at=at,
            newest_version=newest["pk"],
            last_version=pk,
            state=newest["facts"]["state"],
            starts_at=datetime.fromisoformat(newest["facts"]["starts_at"]),
            sudden=newest["facts"]["sudden"],
        )


class Migration(migrations.Migration):
    dependencies = [("notices", "0002_search_text")]

    operations = [
        migrations.AddField("thread", "told_at", models.DateTimeField(db_index=True, null=True)),
        migrations.AddField("thread", "newest_version", models.PositiveBigIntegerField(null=True)),
        migrations.AddField("thread", "last_version", models.PositiveBigIntegerField(null=True)),
        migrations.AddField(
            "thread", "state", models.CharField(blank=True, db_index=True, default="", max_length=12)
        ),
        migrations.AddField("thread", "starts_at", models.DateTimeField(db_index=True, null=True)),
        migrations.AddField("thread", "sudden", models.BooleanField(null=True)),
        migrations.RunPython(note_standing, migrations.RunPython.noop),
    ]
