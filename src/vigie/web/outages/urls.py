"""Addresses of outages."""

from django.urls import path

from vigie.outages.rules import FactKind
from vigie.web.outages import declare, deliveries, page, register, report, steps

urlpatterns = [
    path("outages", register.register, name="outages"),
    path("outages/new", declare.declare, name="declare"),
    path("outages/<int:pk>", page.page, name="outage"),
    path("outages/<int:pk>/log", page.log, name="outage_log"),
    path("outages/<int:pk>/facts", page.write, {"kind": FactKind.FACT}, name="outage_fact"),
    path("outages/<int:pk>/questions", page.write, {"kind": FactKind.QUESTION}, name="outage_question"),
    path("outages/<int:pk>/facts/<int:fact_pk>/answer", page.answer, name="outage_answer"),
    path("outages/<int:pk>/write", page.write_notice, name="outage_write"),
    path("outages/<int:pk>/report", report.report, name="outage_report"),
    path("outages/<int:pk>/services/<slug:code>", steps.change, name="outage_change"),
    path("outages/<int:pk>/services/<slug:code>/restore", steps.restore, name="outage_restore"),
    *(
        path(f"outages/<int:pk>/{name}", steps.step, {"name": name}, name=f"outage_{name}")
        for name in steps.STEPS
    ),
    *(
        path(
            f"outages/<int:pk>/deliveries/<int:delivery_pk>/{what}",
            deliveries.decide,
            {"what": what},
            name=f"delivery_{what}",
        )
        for what in ("retry", "arrived", "give-up")
    ),
    path("alarms/<int:alarm_pk>/settle", steps.settle_alarm, name="alarm_settle"),
    path("alarms/<int:alarm_pk>/attach", steps.attach_alarm, name="alarm_attach"),
]
