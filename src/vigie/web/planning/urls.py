"""Addresses of planned outages."""

from django.urls import path

from vigie.web.planning import calendar, plan, recurring, steps, working

urlpatterns = [
    path("outages/plan", plan.plan, name="plan"),
    path("outages/plan/look", plan.look, name="plan_look"),
    path("calendar", calendar.calendar, name="calendar"),
    path("templates", recurring.register, name="templates"),
    path("templates/new", recurring.edit, name="template_new"),
    path("templates/<slug:code>", recurring.one, name="template"),
    path("templates/<slug:code>/edit", recurring.edit, name="template_edit"),
    path("outages/<int:pk>/accept", steps.accept, name="outage_accept"),
    path("outages/<int:pk>/window/<slug:code>", steps.window, name="outage_window"),
    path("outages/<int:pk>/window/<slug:code>/remove", steps.remove, name="outage_remove"),
    path("outages/<int:pk>/works/<int:number>", working.edit, name="outage_work"),
    path("outages/<int:pk>/works/<int:number>/remove", working.remove, name="outage_work_remove"),
    path("outages/<int:pk>/works/<int:number>/done", working.finish, name="outage_work_done"),
    *(
        path(f"outages/<int:pk>/{name}", steps.step, {"name": name}, name=f"outage_{name}")
        for name in steps.STEPS
    ),
]
