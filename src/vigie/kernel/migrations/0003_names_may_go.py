"""One change of an audit row is let through: a name that becomes “(erased …)”. What was done, when, to what stays."""

from django.db import migrations

SAME = " AND ".join(
    f"NEW.{column} {{same}} OLD.{column}"
    for column in ("id", "at", "kind", "actor_kind", "actor_id", "subject_kind", "subject_id")
)
SQLITE = f"""
CREATE TRIGGER audit_no_update BEFORE UPDATE ON kernel_auditrow
WHEN NOT ({SAME.format(same="IS")} AND (NEW.actor_label || NEW.reason || NEW.changes) LIKE '%(erased%')
BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END
"""
POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND {SAME.format(same="IS NOT DISTINCT FROM")}
     AND (NEW.actor_label || NEW.reason || NEW.changes::text) LIKE '%%(erased%%' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'audit rows are never changed or deleted';
END $$;
"""
SQLITE_BEFORE = """
CREATE TRIGGER audit_no_update BEFORE UPDATE ON kernel_auditrow
BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END
"""
POSTGRESQL_BEFORE = """
CREATE OR REPLACE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'audit rows are never changed or deleted'; END $$;
"""


def _guard(sqlite, postgresql):
    def run(apps, schema_editor):
        connection = schema_editor.connection
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("DROP TRIGGER audit_no_update")
                cursor.execute(sqlite)
            else:
                cursor.execute(postgresql.replace("%%", "%"))

    return run


class Migration(migrations.Migration):
    dependencies = [("kernel", "0002_audit_stays")]
    operations = [migrations.RunPython(_guard(SQLITE, POSTGRESQL), _guard(SQLITE_BEFORE, POSTGRESQL_BEFORE))]
