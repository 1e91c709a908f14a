"""Addresses of coverage. An experiment's code never begins with “+”, so “+general” is general support."""

from django.urls import path

from vigie.web.coverage import handing, leaving, manage, views, whatif

urlpatterns = [
    path("coverage", views.coverage, name="coverage"),
    path("coverage/+add", manage.add, name="coverage_add"),
    path("coverage/who", views.who, name="coverage_who"),
    path("coverage/lines/<str:key>", views.line, name="coverage_line"),
    path("coverage/rows/<int:pk>/level", manage.level, name="coverage_level"),
    path("coverage/rows/<int:pk>/end", manage.end, name="coverage_end"),
    path("coverage/rows/<int:pk>/withdraw", manage.withdraw, name="coverage_withdraw"),
    path("coverage/taking-over", handing.taking_overs, name="taking_overs"),
    path("coverage/taking-over/+add", handing.add, name="taking_over_add"),
    path("coverage/taking-over/<int:pk>/close", handing.close, name="taking_over_close"),
    path("coverage/taking-over/<int:pk>/hand-on", handing.hand_on, name="taking_over_hand_on"),
    path("people/<str:login>/departure", manage.departure, name="departure"),
    path("coverage/leaving/<str:login>", leaving.leaving, name="leaving"),
    path("coverage/leaving/<str:login>/hand-on", leaving.hand_on_one, name="leaving_hand_on"),
    path("coverage/what-if", whatif.what_if, name="what_if"),
]
