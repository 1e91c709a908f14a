"""Addresses of the desk."""

from django.urls import path

from vigie.web.desk import views, waiting

urlpatterns = [
    path("desk", views.desk, name="desk"),
    path("desk/alarms", waiting.alarms, name="stray_alarms"),
    path("desk/owed", waiting.owed, name="owed"),
    path("desk/reactions", waiting.failed, name="failed_reactions"),
    *(
        path(f"desk/reactions/<int:pk>/{what}", waiting.decide, {"what": what}, name=f"reaction_{what}")
        for what in ("retry", "dismiss")
    ),
]
