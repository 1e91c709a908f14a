"""Works well on a few of its cores and leaves the others empty: a serial program that asked for many.

The loss is that of the empty cores: (cores - k) x elapsed.
"""

from vigie.jobs.detect.detector import Detector, Number, Threshold, Unit, Words

SPAN = "greatest(elapsed_s - outage_s, 1)"
USED = f"greatest(ceil(cpu_s / {SPAN} - 0.1), 1)"

DETECTOR = Detector(
    name="unused-cores",
    title=Words("Unused cores", "Cœurs inutilisés"),
    about=Words(
        "The job keeps k cores busy and holds n: a serial program, or too few threads.",
        "Le job occupe k cœurs et en retient n : programme séquentiel, ou trop peu de fils d’exécution.",
    ),
    formula="k = max(1, ⌈CPU / elapsed − 0.1⌉) ≤ share × cores, and CPU ≥ busy × k × elapsed",
    example=Words(
        "8 cores for 10 hours and 9.8 hours of CPU: one core would have done, 70 core-hours lost.",
        "8 cœurs pendant 10 heures et 9,8 heures de CPU : un seul aurait suffi, 70 heures-cœur perdues.",
    ),
    thresholds=(
        Threshold(
            "share",
            0.5,
            Unit.SHARE,
            Words(
                "flagged if at most this share of its cores is used",
                "signalé si au plus cette part de ses cœurs sert",
            ),
            Words(
                "ours; job_defense_shield has the same alert for one core of many",
                "de Vigie ; job_defense_shield a cette alerte pour un cœur parmi d’autres",
            ),
        ),
        Threshold(
            "busy",
            0.7,
            Unit.SHARE,
            Words("and those are used at least so well", "et ceux-là servent au moins à ce point"),
            Words("ours: else it is low efficiency", "de Vigie : sinon c’est une efficacité faible"),
        ),
    ),
    measured="cpu_known",
    when=f"cores >= 2 AND {USED} <= {{share}} * cores AND cpu_s >= {{busy}} * {USED} * {SPAN}",
    why=Words(
        "kept {used} busy of the {cores} that it held for {elapsed}",
        "a occupé {used} sur les {cores} qu’il a retenus pendant {elapsed}",
    ),
    numbers={
        "used": Number(f"CAST({USED} AS INTEGER)", Unit.CORES),
        "cores": Number("cores", Unit.CORES),
        "elapsed": Number("elapsed_s", Unit.SECONDS),
        "cpu": Number("cpu_s", Unit.SECONDS),
    },
    lost=f"(cores - {USED}) * (elapsed_s - outage_s) / 3600.0",
)
