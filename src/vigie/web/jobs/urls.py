"""Addresses of jobs."""

from django.urls import path

from vigie.web.jobs import exempting, figures, finding, job, listing, views

urlpatterns = [
    path("desk/jobs", views.jobs, name="jobs"),
    path("desk/jobs/findings/<int:pk>", finding.page, name="finding"),
    path("desk/jobs/experiments", figures.experiments, name="jobs_experiments"),
    path("desk/jobs/nodes", figures.nodes, name="jobs_nodes"),
    path("desk/jobs/peers", figures.peers, name="jobs_peers"),
    path("desk/jobs/list", listing.page, name="jobs_list"),
    path("desk/jobs/job/<str:cluster>/<path:job_id>", job.page, name="job"),
    path("desk/jobs/exemptions", exempting.exemptions, name="exemptions"),
    path("desk/jobs/exemptions/+add", exempting.add, name="exemption_add"),
    path("desk/jobs/exemptions/<int:pk>/end", exempting.end, name="exemption_end"),
]
