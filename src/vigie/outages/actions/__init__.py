"""The verbs over outages, by what they are about; doors import them from here."""

from vigie.outages.actions.alarms import attach_alarm, receive_alarm, receive_alarms, settle_alarm
from vigie.outages.actions.declare import declare_sudden
from vigie.outages.actions.log import answer, answer_by_mail, ask, ask_from_outside, forget_sender, log_fact
from vigie.outages.actions.plan import climb_alarms, climb_overdue, relieve_stand_ins, send_reminders
from vigie.outages.actions.recover import (
    add_service,
    answer_data,
    change_service,
    end,
    false_alarm,
    promise,
    reopen,
    restore,
    review,
)
from vigie.outages.actions.recurring import occurrences, plan_from_template, save_template
from vigie.outages.actions.roles import hand_over, hand_over_roles
from vigie.outages.actions.schedule import (
    Window,
    accept_following,
    ask_follower,
    cancel,
    change_window,
    decline_following,
    move,
    plan,
    remove_service,
    start,
)
from vigie.outages.actions.tell import approve, audience, compose, correct, discard, edit, publish
from vigie.outages.actions.works import (
    add_intervention,
    edit_intervention,
    finish_intervention,
    remove_intervention,
)

__all__ = [
    "Window",
    "accept_following",
    "add_intervention",
    "add_service",
    "answer",
    "answer_by_mail",
    "answer_data",
    "approve",
    "ask",
    "ask_follower",
    "ask_from_outside",
    "attach_alarm",
    "audience",
    "cancel",
    "change_service",
    "change_window",
    "climb_alarms",
    "climb_overdue",
    "compose",
    "correct",
    "declare_sudden",
    "decline_following",
    "discard",
    "edit",
    "edit_intervention",
    "end",
    "false_alarm",
    "finish_intervention",
    "forget_sender",
    "hand_over",
    "hand_over_roles",
    "log_fact",
    "move",
    "occurrences",
    "plan",
    "plan_from_template",
    "promise",
    "publish",
    "receive_alarm",
    "receive_alarms",
    "relieve_stand_ins",
    "remove_intervention",
    "remove_service",
    "reopen",
    "restore",
    "review",
    "save_template",
    "send_reminders",
    "settle_alarm",
    "start",
]
