"""Asks for far more time than any job of its kind ever took.

One job that ends early may have met an error; so all completed peers speak. No core-hour is lost by it (others may
run once the job has ended), but the scheduler can't fill gaps: it is advice.
"""

from vigie.contracts.batch import UNLIMITED_S
from vigie.jobs.detect.detector import Detector, Number, Threshold, Unit, Words

DETECTOR = Detector(
    name="asks-time",
    title=Words("Asks for far too much time", "Demande beaucoup trop de temps"),
    about=Words(
        "None of its peers lasted for more than a small part of the limit: a shorter one would let it start earlier.",
        "Aucun de ses pairs n’a duré plus d’une petite part de la limite : plus courte, elle le ferait partir plus tôt.",
    ),
    formula="longest completed peer ≤ share × limit, and limit − longest ≥ excess",
    example=Words(
        "a limit of 7 days; the longest of 120 completed peers took 2 hours.",
        "une limite de 7 jours ; le plus long de 120 pairs achevés a duré 2 heures.",
    ),
    thresholds=(
        Threshold(
            "share",
            0.2,
            Unit.SHARE,
            Words(
                "flagged if the longest took at most this share",
                "signalé si le plus long en a pris au plus cette part",
            ),
            Words(
                "job_defense_shield, excessive run time limits: ratio 0.2",
                "job_defense_shield, excessive run time limits : 0,2",
            ),
        ),
        Threshold(
            "excess",
            21_600,
            Unit.SECONDS,
            Words("and the limit is longer by at least this", "et la limite est plus longue d’au moins"),
            Words("ours", "de Vigie"),
        ),
        Threshold(
            "least_peers",
            20,
            Unit.COUNT,
            Words(
                "with fewer completed peers nothing is said", "avec moins de pairs achevés, rien n’est dit"
            ),
            Words("ours", "de Vigie"),
        ),
    ),
    applies="state = 'completed'",
    measured="limit_s IS NOT NULL AND elapsed_s >= 0 AND coalesce(doubt, '') <> 'clocks'",
    when=f"limit_s < {UNLIMITED_S} AND longest_s <= {{share}} * limit_s AND limit_s - longest_s >= {{excess}}",
    why=Words(
        "asked for {limit}; the longest of its {peers} completed peers took {longest}",
        "a demandé {limit} ; le plus long de ses {peers} pairs achevés a duré {longest}",
    ),
    numbers={
        "limit": Number("limit_s", Unit.SECONDS),
        "longest": Number("longest_s", Unit.SECONDS),
        "peers": Number("completed_n", Unit.COUNT),
        "elapsed": Number("elapsed_s", Unit.SECONDS),
    },
    lost="0.0",
    advice=True,
    beside=(
        "SELECT kind, max(elapsed_s) AS longest_s, count(*) AS completed_n FROM judged "
        "WHERE state = 'completed' AND elapsed_s >= 0 GROUP BY kind HAVING count(*) >= {least_peers}"
    ),
    on=("kind",),
    brings=("longest_s", "completed_n"),
)
