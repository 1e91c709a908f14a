"""Far below what jobs of its kind usually reach.

Peers: attempts of the same experiment (else account, group, user) and job-name shape; of the same user where there are
enough of those, since what one user does by nature another need not. Efficiency is compared as its logit, on which 0.95
and 0.4 lie as far apart as they are, by median and median absolute deviation (MAD), which one job in two would have to
spoil: the modified z-score of Iglewicz and Hoaglin (How to Detect and Handle Outliers, 1993). Past and present peers
are two pools: a day on which all goes wrong is not its own measure. What is I/O-bound by nature has a low median, or a
wide spread, and is left alone.

The loss is what the attempt lost against its peers: (their median efficiency - its own) x elapsed x cores.
"""

from vigie.jobs.detect.detector import Detector, Number, Threshold, Unit, Words

LOGIT = "ln(greatest(least(efficiency, 0.995), 0.005) / (1.0 - greatest(least(efficiency, 0.995), 0.005)))"


def _pools(name: str, keys: str) -> str:
    """Median, spread and floor of each pool of attempts that share `keys`, past and present apart."""
    same = " AND ".join(f"p.{key} = m.{key}" for key in keys.split(", "))
    return f"""{name}_middle AS (
  SELECT {keys}, due, count(*) AS n, median(x) AS m, median(efficiency) AS usual FROM pool GROUP BY {keys}, due
  HAVING count(*) >= {{least_peers}}
), {name} AS (
  SELECT {", ".join(f"m.{key} AS {key}" for key in keys.split(", "))}, m.due AS due, max(m.n) AS n, max(m.usual) AS usual,
    max(m.m) - {{deviations}} * greatest(1.4826 * median(abs(p.x - m.m)), {{least_spread}}) AS floor_x
  FROM pool AS p JOIN {name}_middle AS m ON {same} AND p.due = m.due
  GROUP BY {", ".join(f"m.{key}" for key in keys.split(", "))}, m.due
)"""  # noqa: S608 # our own names


PEERS = f"""
WITH pool AS (
  SELECT kind, whose, due, efficiency, {LOGIT} AS x FROM judged WHERE settled AND cpu_known
), {_pools("everybody", "kind")}, {_pools("own", "kind, whose")}, both_of AS (
  SELECT a.kind AS kind, a.whose AS whose, d.due AS due,
    coalesce(o.n, e.n) AS n, coalesce(o.usual, e.usual) AS usual, coalesce(o.floor_x, e.floor_x) AS floor_x
  FROM (SELECT DISTINCT kind, whose FROM pool) AS a CROSS JOIN (SELECT DISTINCT due FROM pool) AS d
  LEFT JOIN own AS o ON o.kind = a.kind AND o.whose = a.whose AND o.due = d.due
  LEFT JOIN everybody AS e ON e.kind = a.kind AND e.due = d.due
)
SELECT kind, whose,
  max(CASE WHEN due THEN n END) AS now_n, max(CASE WHEN NOT due THEN n END) AS past_n,
  max(CASE WHEN due THEN usual END) AS now_usual, max(CASE WHEN NOT due THEN usual END) AS past_usual,
  max(CASE WHEN due THEN floor_x END) AS now_floor, max(CASE WHEN NOT due THEN floor_x END) AS past_floor
FROM both_of GROUP BY kind, whose
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
    on=("kind", "whose"),
    brings=("now_n", "past_n", "now_usual", "past_usual", "now_floor", "past_floor"),
)
