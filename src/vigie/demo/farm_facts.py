"""Valmorin's farm as tables: its racks and nodes, and the kinds of work that its experiments send. All invented.

The proportions follow what large farms publish of themselves: nine jobs of ten have one core, one queue has 99 % of
the jobs, one account a third of them.
"""

from dataclasses import dataclass

CLUSTER = "farm"
RACKS = 12
NODES_PER_RACK = 6
CORES_PER_NODE = 32
JOBS_A_DAY = 3300
QUEUE, SMALL_QUEUE = "htc", "flash"
GIB = 2**30


def node_name(number: int) -> str:
    """Its rack is in its name: node number 7 is the second of rack r02."""
    return f"r{number // NODES_PER_RACK + 1:02d}n{number % NODES_PER_RACK + 1:02d}"


NODES: tuple[str, ...] = tuple(node_name(number) for number in range(RACKS * NODES_PER_RACK))


@dataclass(frozen=True)
class Work:
    """One kind of work: `hours` is the median elapsed time, `spread` of its logarithm; `efficiency` (mean, spread).

    `name` holds `{n}` where each job has a number of its own. `array`: sent as job arrays.
    """

    experiment: str
    user: str
    share: float
    name: str
    hours: float
    efficiency: tuple[float, float]
    cores: int = 1
    spread: float = 0.5
    limit_hours: float = 48.0
    asked_gib: float = 3.0
    used: float = 0.75  # of the memory asked
    door: str = "login02"
    array: bool = False


WORK: tuple[Work, ...] = (
    Work("lyra", "lyraprod", 0.357, "lyra-mc-{n}", 9.0, (0.96, 0.015), door="ce01"),
    Work(
        "lyra", "vpetrov", 0.03, "lyra-ana-{n}", 2.5, (0.58, 0.12)
    ),  # reads more than it computes, by nature
    Work("lyra", "lgiraud", 0.025, "hist_{n}.sh", 2.0, (0.62, 0.12)),
    Work("lyra", "cbianchi", 0.02, "unfold-{n}", 4.0, (0.91, 0.03), array=True),
    Work("halcyon", "halcmc", 0.08, "halc_sim_{n}", 11.0, (0.97, 0.01), door="ce02"),
    Work("halcyon", "halcmc", 0.035, "halc_reco_{n}", 9.0, (0.89, 0.03), door="ce02"),
    Work("halcyon", "smarchal", 0.02, "osc_fit_{n}", 3.0, (0.94, 0.02), array=True),
    Work("orion", "orionprd", 0.105, "orion_reco_{n}", 8.0, (0.9, 0.03), door="portal"),
    Work("orion", "orionprd", 0.035, "orion_merge_{n}", 6.0, (0.83, 0.04), door="portal"),
    Work("orion", "jroche", 0.03, "ana_{n}", 2.0, (0.42, 0.1)),
    Work("orion", "mkeller", 0.03, "psf_fit_{n}", 5.0, (0.93, 0.02), array=True),
    Work("boree", "egarnier", 0.036, "clim_{n}", 14.0, (0.88, 0.04), cores=8, limit_hours=72, asked_gib=24),
    Work("boree", "ifontain", 0.012, "regrid_{n}", 3.0, (0.71, 0.06), cores=4, asked_gib=16),
    Work("opaline", "icabrera", 0.04, "skim-{n}", 4.0, (0.52, 0.1)),
    Work("opaline", "pnowak", 0.045, "geant_{n}", 10.0, (0.98, 0.01), array=True),
    Work("quetzal", "qzpipe", 0.035, "qz-tile-{n}", 6.0, (0.92, 0.03), door="portal"),
    Work("quetzal", "qzpipe", 0.03, "qz-stack-{n}", 8.0, (0.86, 0.04), door="portal"),
    Work("tamaris", "nhamidi", 0.026, "tmpl_bank_{n}", 10.0, (0.95, 0.02), cores=8, asked_gib=16),
    Work("tamaris", "ylegoff", 0.012, "psd_{n}", 3.0, (0.8, 0.05)),
    Work("sequoia", "bmeyer", 0.01, "align_{n}", 5.0, (0.85, 0.05), cores=4, asked_gib=32),
    Work("", "training", 0.004, "tp{n}", 0.3, (0.6, 0.2), limit_hours=2),
    # What somebody should hear of, whatever the day:
    Work("quetzal", "djones", 0.008, "nb-export-{n}", 7.0, (0.121, 0.004), cores=8, asked_gib=16),
    Work("boree", "mvidal", 0.006, "spinup_{n}", 40.0, (0.9, 0.03), spread=0.25, limit_hours=24),
    Work(
        "opaline", "gperrot", 0.006, "scan_{n}", 1.2, (0.93, 0.02), limit_hours=120, asked_gib=64, used=0.02
    ),
)
