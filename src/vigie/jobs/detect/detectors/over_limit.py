"""Still there after its time: its own elapsed limit, or the centre's policy for its queue.

The loss is what it held beyond that time: (elapsed - allowed) x cores.
"""

from vigie.contracts.batch import UNLIMITED_S
from vigie.jobs.detect.detector import Detector, Number, Threshold, Unit, Words

ALLOWED = (
    f"least(CASE WHEN limit_s < {UNLIMITED_S} THEN limit_s END, CASE WHEN {{policy}} > 0 THEN {{policy}} END)"
)

DETECTOR = Detector(
    name="over-limit",
    title=Words("Past its elapsed limit", "Temps écoulé dépassé"),
    about=Words(
        "The job runs for longer than it may; the batch system did not stop it.",
        "Le job tourne plus longtemps qu’il ne peut ; le système de batch ne l’a pas arrêté.",
    ),
    formula="elapsed > min(limit, policy) + grace",
    example=Words(
        "a limit of 24 hours, 31 hours elapsed on 4 cores: 28 core-hours too many.",
        "une limite de 24 heures, 31 heures écoulées sur 4 cœurs : 28 heures-cœur de trop.",
    ),
    thresholds=(
        Threshold(
            "policy",
            0,
            Unit.SECONDS,
            Words("longest elapsed time by policy; 0: none", "temps écoulé maximal par règle ; 0 : aucun"),
            Words(
                "the centre's, by queue: [[detect.over-limit.for]]",
                "celle du centre, par file : [[detect.over-limit.for]]",
            ),
        ),
        Threshold(
            "grace",
            600,
            Unit.SECONDS,
            Words("time that stopping a job may take", "temps que peut prendre l’arrêt d’un job"),
            Words(
                "ours: Slurm looks each minute and waits KillWait",
                "de Vigie : Slurm regarde chaque minute et attend KillWait",
            ),
        ),
    ),
    measured=f"elapsed_s >= 0 AND cores > 0 AND coalesce(doubt, '') <> 'clocks' AND (limit_s IS NOT NULL OR {ALLOWED} IS NOT NULL)",
    when=f"coalesce(elapsed_s > {ALLOWED} + {{grace}}, false)",
    why=Words(
        "ran for {elapsed} where {allowed} are allowed, on {cores}",
        "a tourné {elapsed} là où {allowed} sont permises, sur {cores}",
    ),
    numbers={
        "elapsed": Number("elapsed_s", Unit.SECONDS),
        "allowed": Number(ALLOWED, Unit.SECONDS),
        "cores": Number("cores", Unit.CORES),
    },
    lost=f"(elapsed_s - {ALLOWED}) * cores / 3600.0",
)
