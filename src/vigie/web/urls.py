"""Every page of the desk, by folder."""

from django.urls import include, path

urlpatterns = [
    path("", include("vigie.web.public.urls")),
    path("", include("vigie.web.today.urls")),
    path("", include("vigie.web.desk.urls")),
    path("", include("vigie.web.outages.urls")),
    path("", include("vigie.web.composer.urls")),
    path("", include("vigie.web.people.urls")),
    path("", include("vigie.web.duty.urls")),
    path("", include("vigie.web.services.urls")),
    path("", include("vigie.web.experiments.urls")),
]
