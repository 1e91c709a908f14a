"""The verbs of getting jobs; everybody imports them from here."""

from vigie.jobs.actions.importing import Progress, bring_in
from vigie.jobs.actions.polling import poll, poll_due
from vigie.jobs.actions.upkeep import tend_lake

__all__ = ["Progress", "bring_in", "poll", "poll_due", "tend_lake"]
