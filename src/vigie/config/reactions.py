"""Who reacts to what: read this table to know where news goes.

A reaction's name is stored with each event it has done: never rename one, or it will be done again.
"""

from vigie.duty.handover.events import HandOverDeclined, HandOverGiven
from vigie.kernel.events import ReactionTable
from vigie.outages.events import (
    EndProposed,
    FactLogged,
    FollowerAsked,
    OutageCancelled,
    OutageChanged,
    OutageDeclared,
    OutageEnded,
    RoleHandedOver,
)
from vigie.people.events import EmploymentChanged
from vigie.post.events import DeliverySetApart, MailBounced, ReplyReceived, SenderForgotten
from vigie.reactions import duty, handover, jobs, outages, post

REACTIONS: ReactionTable = {
    OutageDeclared.kind: [
        ("tell first holders", outages.tell_first_holders),
        ("note outage for jobs", jobs.note_outage),
    ],
    OutageChanged.kind: [("note outage for jobs", jobs.note_outage)],
    OutageEnded.kind: [("note outage for jobs", jobs.note_outage)],
    RoleHandedOver.kind: [("tell new holder", outages.tell_new_holder)],
    FactLogged.kind: [("tell of questions", outages.tell_of_questions)],
    FollowerAsked.kind: [("ask to follow", outages.ask_to_follow)],
    OutageCancelled.kind: [
        ("tell of cancelling", outages.tell_of_cancelling),
        ("note outage for jobs", jobs.note_outage),
    ],
    EndProposed.kind: [("tell of proposed end", outages.tell_of_proposed_end)],
    EmploymentChanged.kind: [("pass shifts on", duty.pass_shifts_on)],
    HandOverGiven.kind: [("tell of hand-over given", handover.tell_of_given)],
    HandOverDeclined.kind: [("tell of hand-over declined", handover.tell_of_declined)],
    DeliverySetApart.kind: [("tell of undelivered", post.tell_of_undelivered)],
    ReplyReceived.kind: [("bring back reply", post.bring_back_reply)],
    MailBounced.kind: [("tell of bounce", post.tell_of_bounce)],
    SenderForgotten.kind: [("forget sender", post.forget)],
}
