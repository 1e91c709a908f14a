"""The verbs over outages, by what they are about; doors import them from here."""

from vigie.outages.actions.alarms import attach_alarm, receive_alarm, receive_alarms, settle_alarm
from vigie.outages.actions.declare import declare_sudden
from vigie.outages.actions.log import answer, ask, log_fact
from vigie.outages.actions.plan import climb_overdue, relieve_stand_ins
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
from vigie.outages.actions.roles import hand_over, hand_over_roles
from vigie.outages.actions.tell import approve, audience, compose, correct, discard, edit, publish

__all__ = [
    "add_service",
    "answer",
    "answer_data",
    "approve",
    "ask",
    "attach_alarm",
    "audience",
    "change_service",
    "climb_overdue",
    "compose",
    "correct",
    "declare_sudden",
    "discard",
    "edit",
    "end",
    "false_alarm",
    "hand_over",
    "hand_over_roles",
    "log_fact",
    "promise",
    "publish",
    "receive_alarm",
    "receive_alarms",
    "relieve_stand_ins",
    "reopen",
    "restore",
    "review",
    "settle_alarm",
]
