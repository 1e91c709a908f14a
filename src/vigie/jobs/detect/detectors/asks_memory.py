"""Asks for far more memory than it uses, and by that keeps cores empty that it doesn't hold.

The loss is that of those cores: memory beyond both its use and the share of its own cores, in shares of a core,
times elapsed.
"""

from vigie.jobs.detect.detector import Detector, Number, Threshold, Unit, Words

DETECTOR = Detector(
    name="asks-memory",
    title=Words("Asks for far too much memory", "Demande beaucoup trop de mémoire"),
    about=Words(
        "The memory that it reserves and doesn't use keeps other jobs from free cores of its node.",
        "La mémoire réservée et non utilisée prive d’autres jobs de cœurs libres de son nœud.",
    ),
    formula="used ≤ share × asked, and asked > per_core × cores",
    example=Words(
        "1 core, 64 GiB asked and 3 used, for 10 hours: 15 cores could not be used, 150 core-hours lost.",
        "1 cœur, 64 Gio demandés et 3 utilisés, pendant 10 heures : 15 cœurs inutilisables, 150 heures-cœur perdues.",
    ),
    thresholds=(
        Threshold(
            "share",
            0.35,
            Unit.SHARE,
            Words("flagged if at most this share is used", "signalé si au plus cette part est utilisée"),
            Words(
                "job_defense_shield, excess CPU memory: ratio 0.35",
                "job_defense_shield, excess CPU memory : 0,35",
            ),
        ),
        Threshold(
            "per_core",
            4 * 2**30,
            Unit.BYTES,
            Words("memory of a node per core", "mémoire d’un nœud par cœur"),
            Words("ours; set it to your nodes'", "de Vigie ; à régler selon vos nœuds"),
        ),
    ),
    applies="settled AND NOT live",
    measured="memory_asked_b > 0 AND memory_used_b > 0 AND elapsed_s > 0 AND cores > 0 AND coalesce(doubt, '') <> 'clocks'",
    when="memory_used_b <= {share} * memory_asked_b AND memory_asked_b > {per_core} * cores",
    why=Words(
        "used {used} of the {asked} of memory that it asked for, on {cores} for {elapsed}",
        "a utilisé {used} des {asked} de mémoire demandés, sur {cores} pendant {elapsed}",
    ),
    numbers={
        "used": Number("memory_used_b", Unit.BYTES),
        "asked": Number("memory_asked_b", Unit.BYTES),
        "cores": Number("cores", Unit.CORES),
        "elapsed": Number("elapsed_s", Unit.SECONDS),
    },
    lost="greatest(memory_asked_b / {per_core} - greatest(memory_used_b / {per_core}, cores), 0.0) * elapsed_s / 3600.0",
)
