"""Every page of the desk, by folder."""

from django.urls import include, path

from vigie.web import kit

urlpatterns = [
    path("desk/kit", kit.page, name="kit"),
    path("desk/kit/wall", kit.wall, name="kit_wall"),
    path("desk/kit/public", kit.public, name="kit_public"),
    path("", include("vigie.web.public.urls")),
    path("", include("vigie.web.today.urls")),
    path("", include("vigie.web.jobs.urls")),
    path("", include("vigie.web.desk.urls")),
    path("", include("vigie.web.outages.urls")),
    path("", include("vigie.web.planning.urls")),
    path("", include("vigie.web.composer.urls")),
    path("", include("vigie.web.past.urls")),
    path("", include("vigie.web.mail.urls")),
    path("", include("vigie.web.subscriptions.urls")),
    path("", include("vigie.web.people.urls")),
    path("", include("vigie.web.signs.urls")),
    path("", include("vigie.web.duty.urls")),
    path("", include("vigie.web.escalations.urls")),
    path("", include("vigie.web.handover.urls")),
    path("", include("vigie.web.services.urls")),
    path("", include("vigie.web.experiments.urls")),
    path("", include("vigie.web.coverage.urls")),
    path("", include("vigie.web.dayone.urls")),
]
