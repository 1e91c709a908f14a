"""Runs, and has used next to no CPU time lately: by samples, so that a job that worked for days and hangs now is seen."""

from vigie.jobs.detect.detector import ATTEMPT, Detector, Number, Threshold, Unit, Words

# Windows are of elapsed time, in which suspension doesn't count. The sample to compare with is the last one that is
# old enough, so that a gap in the samples makes the window longer, never shorter.
SAMPLES = """
WITH seen AS (
  SELECT cluster, job_id, submitted, started, seen, state, elapsed_s, cpu_s,
    max(elapsed_s) OVER (PARTITION BY cluster, job_id, submitted, started) AS to_s
  FROM samples WHERE cpu_s IS NOT NULL AND elapsed_s IS NOT NULL
)
SELECT cluster, job_id, submitted, started,
  max(to_s) AS at_s, max_by(cpu_s, seen) AS at_cpu, max_by(state, seen) AS at_state, max(epoch(seen)) AS at_seen_s,
  max(CASE WHEN elapsed_s <= to_s - {long_window} THEN elapsed_s END) AS long_s,
  max(CASE WHEN elapsed_s <= to_s - {long_window} THEN cpu_s END) AS long_cpu,
  max(CASE WHEN elapsed_s <= to_s - {long_window} THEN epoch(seen) END) AS long_from_s,
  max(CASE WHEN elapsed_s <= to_s - {short_window} THEN elapsed_s END) AS short_s,
  max(CASE WHEN elapsed_s <= to_s - {short_window} THEN cpu_s END) AS short_cpu,
  max(CASE WHEN elapsed_s <= to_s - {short_window} THEN epoch(seen) END) AS short_from_s
FROM seen GROUP BY cluster, job_id, submitted, started
"""

LONG = "coalesce(at_cpu - long_cpu < {long_cpu} AND NOT {touched[long_from_s]}, false)"
SHORT = (
    "coalesce(short_s >= {staging} AND at_cpu - short_cpu < {short_share} * (at_s - short_s) "
    "AND NOT {touched[short_from_s]}, false)"
)

DETECTOR = Detector(
    name="no-progress",
    title=Words("No CPU progress", "Plus de progrès CPU"),
    about=Words(
        "The job runs and its CPU time stands still: it hangs, or waits for something that doesn't come.",
        "Le job tourne et son temps CPU n’avance plus : il est bloqué, ou attend ce qui ne vient pas.",
    ),
    formula="CPU gained over long_window < long_cpu, or CPU gained over short_window < short_share × short_window",
    example=Words(
        "a job of 30 hours gained 4 minutes of CPU in its last 6 hours.",
        "un job de 30 heures a gagné 4 minutes de CPU pendant ses 6 dernières heures.",
    ),
    thresholds=(
        Threshold(
            "long_window",
            21_600,
            Unit.SECONDS,
            Words("the long window", "la longue fenêtre"),
            Words(
                "GridPP, Inefficient Jobs Policy, 18 March 2008",
                "GridPP, Inefficient Jobs Policy, 18 mars 2008",
            ),
        ),
        Threshold(
            "long_cpu",
            600,
            Unit.SECONDS,
            Words("flagged below so much CPU in it", "signalé si moins de CPU y est gagné"),
            Words(
                "GridPP, Inefficient Jobs Policy, 18 March 2008",
                "GridPP, Inefficient Jobs Policy, 18 mars 2008",
            ),
        ),
        Threshold(
            "short_window",
            1800,
            Unit.SECONDS,
            Words("the short window", "la courte fenêtre"),
            Words("DIRAC, Watchdog: CPUSampleTime", "DIRAC, Watchdog : CPUSampleTime"),
        ),
        Threshold(
            "short_share",
            0.05,
            Unit.SHARE,
            Words("flagged below this share of one core in it", "signalé sous cette part d’un cœur"),
            Words("DIRAC, Watchdog: MinCPUWallClockRatio", "DIRAC, Watchdog : MinCPUWallClockRatio"),
        ),
        Threshold(
            "stale",
            3600,
            Unit.SECONDS,
            Words(
                "older samples say nothing of now", "des mesures plus anciennes ne disent rien de l’instant"
            ),
            Words("ours", "de Vigie"),
        ),
    ),
    applies="settled AND live AND coalesce(at_state, state) = 'running'",
    measured="at_cpu IS NOT NULL AND at_seen_s >= epoch({now}) - {stale} AND at_cpu >= coalesce(short_cpu, 0)",
    when=f"{LONG} OR {SHORT}",
    why=Words(
        "gained {gained} of CPU in its last {window} on {cores}",
        "a gagné {gained} de CPU pendant ses dernières {window} sur {cores}",
    ),
    numbers={
        "gained": Number(f"at_cpu - (CASE WHEN {LONG} THEN long_cpu ELSE short_cpu END)", Unit.SECONDS),
        "window": Number(f"at_s - (CASE WHEN {LONG} THEN long_s ELSE short_s END)", Unit.SECONDS),
        "elapsed": Number("at_s", Unit.SECONDS),
        "cores": Number("cores", Unit.CORES),
    },
    lost="greatest((at_s - outage_s) * cores - at_cpu, 0.0) / 3600.0",
    beside=SAMPLES,
    on=ATTEMPT,
    brings=(
        *("at_s", "at_cpu", "at_state", "at_seen_s"),
        *("long_s", "long_cpu", "long_from_s", "short_s", "short_cpu", "short_from_s"),
    ),
    needs_samples=True,
)
