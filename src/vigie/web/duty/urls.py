"""Addresses of the rota. A code never begins with “+”, so what does can't be one."""

from django.urls import path

from vigie.web.duty import ahead, manage, mine, rotations, swaps, views

urlpatterns = [
    path("duty", views.duty, name="duty"),
    path("duty/+shift", manage.add, name="shift_add"),
    path("duty/+duty", manage.duty, name="duty_add"),
    path("duty/+shifts", views.shifts, name="shifts"),
    path("duty/+shifts/<int:pk>/remove", manage.remove, name="shift_remove"),
    path("duty/+month", ahead.month, name="duty_month"),
    path("duty/+holes", ahead.holes, name="duty_holes"),
    path("duty/+holes/fill", ahead.fill, name="duty_fill"),
    path("duty/+mine", mine.mine, name="duty_mine"),
    path("duty/+absences", mine.absences, name="absences"),
    path("duty/+absences/add", mine.absence_add, name="absence_add"),
    path("duty/+absences/<int:pk>/remove", mine.absence_remove, name="absence_remove"),
    path("duty/+absences/calendar/<str:login>", mine.calendar, name="absence_calendar"),
    path("duty/+swaps", swaps.swaps, name="swaps"),
    path("duty/+swaps/<int:pk>", swaps.swap, name="swap"),
    path("duty/+shifts/<int:pk>/offer", swaps.offer, name="swap_offer"),
    path("duty/<slug:code>", rotations.page, name="duty_page"),
    path("duty/<slug:code>/shape", rotations.shape, name="duty_shape"),
    path("duty/<slug:code>/rotation", rotations.rotation, name="duty_rotation"),
    path("duty/<slug:code>/rotation/<int:pk>/remove", rotations.rotation_remove, name="rotation_remove"),
    path("duty/<slug:code>/qualify", rotations.qualify, name="duty_qualify"),
    path("duty/<slug:code>/qualified/<int:pk>/remove", rotations.disqualify, name="disqualify"),
    path("duty/<slug:code>/edit", manage.duty, name="duty_edit"),
]
