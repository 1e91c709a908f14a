"""Addresses of planned outages."""

from django.urls import path

from vigie.web.planning import steps

urlpatterns = [
    path("outages/<int:pk>/accept", steps.accept, name="outage_accept"),
    path("outages/<int:pk>/window/<slug:code>", steps.window, name="outage_window"),
    path("outages/<int:pk>/window/<slug:code>/remove", steps.remove, name="outage_remove"),
    path("outages/<int:pk>/works/<int:number>/done", steps.finish_work, name="outage_work_done"),
    *(
        path(f"outages/<int:pk>/{name}", steps.step, {"name": name}, name=f"outage_{name}")
        for name in steps.STEPS
    ),
]
