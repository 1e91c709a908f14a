"""Addresses of search and statistics."""

from django.urls import path

from vigie.web.past import search, statistics

urlpatterns = [
    path("search", search.search, name="search"),
    path("statistics", statistics.statistics, name="statistics"),
]
