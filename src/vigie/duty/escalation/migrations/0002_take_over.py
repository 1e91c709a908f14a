"""Escalations of the first engine go on in this one: their rungs counted from the opening, these from the one before."""

from django.db import migrations


def take_over(apps, schema_editor):
    new, step = apps.get_model("escalation", "Escalation"), apps.get_model("escalation", "EscalationStep")
    for row in apps.get_model("duty", "Escalation").objects.order_by("pk"):
        rungs, before = [], 0.0
        for rung in row.rungs:
            rungs.append({"kind": rung["kind"], "ref": rung["ref"], "wait": max(rung["after"] - before, 0.0)})
            before = max(rung["after"], before)
        steps = list(row.steps.order_by("at", "pk"))
        made = new.objects.create(
            key=row.key,
            urgency="high",
            what_fr=row.what_fr,
            what_en=row.what_en,
            path=row.path,
            plan={"rungs": rungs, "rounds": 1, "again": 900.0, "grace": 3600.0, "quiet": None},
            called=row.told,
            opened_at=row.opened_at,
            moved_at=steps[-1].at if steps else None,
            closed_at=row.closed_at,
            closed_why=row.closed_why,
        )
        for one in steps:
            kind = "called" if one.person_id else "nobody"
            step.objects.create(
                escalation=made, kind=kind, number=one.rung, person_id=one.person_id, at=one.at, note=one.note
            )


class Migration(migrations.Migration):
    dependencies = [("escalation", "0001_initial"), ("duty", "0001_initial")]
    operations = [migrations.RunPython(take_over, migrations.RunPython.noop)]
