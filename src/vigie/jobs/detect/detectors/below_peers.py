"""Far below what jobs of its kind usually reach.

Peers: attempts of the same experiment (else account, group, user) and job-name shape (else user). Efficiency is compared
as its logit, on which 0.95 and 0.4 lie as far apart as they are, by median and median absolute deviation (MAD), which
one job in two would have to spoil: the modified z-score of Iglewicz and Hoaglin (How to Detect and Handle Outliers,
1993). Past and present peers are two pools: a day on which all goes wrong is not its own measure. What is
I/O-bound by nature has a low median, or a wide spread, and is left alone.

The loss is what the attempt lost against its peers: (their median efficiency - its own) x elapsed x cores.
"""

from vigie.jobs.detect.detector import Detector, Number, Threshold, Unit, Words

LOGIT = "ln(greatest(least(efficiency, 0.995), 0.005) / (1.0 - greatest(least(efficiency, 0.995), 0.005)))"

PEERS = f"""
WITH pool AS (
  SELECT kind, due, efficiency, {LOGIT} AS x FROM judged WHERE settled AND cpu_known
), middle AS (
  SELECT kind, due, count(*) AS n, median(x) AS m, median(efficiency) AS usual FROM pool GROUP BY kind, due
  HAVING count(*) >= {{least_peers}}
), spread AS (
  SELECT pool.kind, pool.due, median(abs(pool.x - middle.m)) AS mad
  FROM pool JOIN middle ON pool.kind = middle.kind AND pool.due = middle.due GROUP BY pool.kind, pool.due
)
SELECT middle.kind AS kind,
  max(CASE WHEN middle.due THEN n END) AS now_n, max(CASE WHEN NOT middle.due THEN n END) AS past_n,
  max(CASE WHEN middle.due THEN usual END) AS now_usual, max(CASE WHEN NOT middle.due THEN usual END) AS past_usual,
  max(CASE WHEN middle.due THEN m - {{deviations}} * greatest(1.4826 * mad, {{least_spread}}) END) AS now_floor,
  max(CASE WHEN NOT middle.due THEN m - {{deviations}} * greatest(1.4826 * mad, {{least_spread}}) END) AS past_floor
FROM middle JOIN spread ON middle.kind = spread.kind AND middle.due = spread.due GROUP BY middle.kind
"""  # noqa: S608 # our own names

BELOW_PAST = f"coalesce({LOGIT} < past_floor AND efficiency <= {{share}} * past_usual, false)"
BELOW_NOW = f"coalesce({LOGIT} < now_floor AND efficiency <= {{share}} * now_usual, false)"
USUAL = f"(CASE WHEN {BELOW_PAST} THEN past_usual ELSE now_usual END)"

DETECTOR = Detector(
    name="below-peers",
    title=Words("Far below its peers", "Loin sous ses pairs"),
    about=Words(
        "Jobs of the same kind usually reach far more: this one met something that they did not.",
        "Les jobs du même genre font d’ordinaire bien mieux : celui-ci a rencontré ce qu’ils n’ont pas rencontré.",
    ),
    formula="logit(efficiency) < median − deviations × max(1.4826 × MAD, least_spread), and efficiency ≤ share × median efficiency",
    example=Words(
        "its peers reach 95 % (half of them within 1 point), it reaches 40 %: 7 deviations below.",
        "ses pairs atteignent 95 % (la moitié à 1 point près), lui 40 % : 7 écarts plus bas.",
    ),
    thresholds=(
        Threshold(
            "deviations",
            3.5,
            Unit.DEVIATIONS,
            Words("so many robust deviations below the median", "nombre d’écarts robustes sous la médiane"),
            Words("Iglewicz and Hoaglin 1993", "Iglewicz et Hoaglin 1993"),
        ),
        Threshold(
            "least_spread",
            0.5,
            Unit.DEVIATIONS,
            Words(
                "peers are never taken to be closer than this (logit)",
                "dispersion minimale des pairs (logit)",
            ),
            Words("ours: 0.95 and 0.92 are the same", "de Vigie : 0,95 et 0,92 se valent"),
        ),
        Threshold(
            "share",
            0.6,
            Unit.SHARE,
            Words(
                "and at most this share of their median efficiency",
                "et au plus cette part de leur efficacité médiane",
            ),
            Words(
                "ours: a small difference is no trouble, however rare",
                "de Vigie : un petit écart, même rare, ne gêne pas",
            ),
        ),
        Threshold(
            "least_peers",
            12,
            Unit.COUNT,
            Words("with fewer peers nothing is said", "avec moins de pairs, rien n’est dit"),
            Words(
                "ours: a median of fewer is not steady",
                "de Vigie : la médiane de moins de jobs n’est pas stable",
            ),
        ),
    ),
    when=f"{BELOW_PAST} OR {BELOW_NOW}",
    why=Words(
        "reached {efficiency} where its {peers} peers usually reach {usual}",
        "a atteint {efficiency} là où ses {peers} pairs atteignent d’ordinaire {usual}",
    ),
    numbers={
        "efficiency": Number("efficiency", Unit.SHARE),
        "usual": Number(USUAL, Unit.SHARE),
        "peers": Number(f"CASE WHEN {BELOW_PAST} THEN past_n ELSE now_n END", Unit.COUNT),
        "elapsed": Number("elapsed_s", Unit.SECONDS),
        "cores": Number("cores", Unit.CORES),
    },
    lost=f"greatest({USUAL} * (elapsed_s - outage_s) * cores - cpu_s, 0.0) / 3600.0",
    beside=PEERS,
    on=("kind",),
    brings=("now_n", "past_n", "now_usual", "past_usual", "now_floor", "past_floor"),
)
