"""Audit rows can't be changed or deleted: the database itself refuses."""

from django.db import migrations

SQLITE = """
CREATE TRIGGER audit_no_update BEFORE UPDATE ON kernel_auditrow
BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON kernel_auditrow
BEGIN SELECT RAISE(ABORT, 'audit rows are never deleted'); END;
"""
POSTGRESQL = """
CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'audit rows are never changed or deleted'; END $$;
CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE ON kernel_auditrow
FOR EACH ROW EXECUTE FUNCTION audit_stays();
"""


def guard(apps, schema_editor):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for trigger in SQLITE.split("END;")[:-1]:
                cursor.execute(f"{trigger}END;")
        else:
            cursor.execute(POSTGRESQL)


def unguard(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        if schema_editor.connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER audit_no_update")
            cursor.execute("DROP TRIGGER audit_no_delete")
        else:
            cursor.execute("DROP TRIGGER audit_stays ON kernel_auditrow")
            cursor.execute("DROP FUNCTION audit_stays")


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
