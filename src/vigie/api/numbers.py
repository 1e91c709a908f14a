"""What /metrics shows: read from rows at each scrape, so that every process tells the same; only latencies are kept."""

from collections.abc import Iterable, Iterator
from importlib.metadata import version
from typing import Any

from django.db.models import Count, Min
from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from vigie.duty.escalation.queries import open_escalations
from vigie.jobs.queries.sources import standings
from vigie.kernel import clock
from vigie.kernel.intents import IntentState
from vigie.kernel.models import Dispatch, EventRow, ModuleRun
from vigie.notices.rules import Effect
from vigie.outages.queries import alarms_to_judge, all_due, effects_now, ongoing
from vigie.post.models import Delivery
from vigie.post.queries import waiting
from vigie.public.queries import site_state

REGISTRY = CollectorRegistry()

LATENCY = Histogram(
    "vigie_http_request_duration_seconds",
    "How long requests take in this process, by route.",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)


def gauge(name: str, about: str, value: float) -> GaugeMetricFamily:
    """A number without labels."""
    return GaugeMetricFamily(f"vigie_{name}", about, value=value)


def gauges(name: str, about: str, label: str, values: Iterable[tuple[str, float]]) -> GaugeMetricFamily:
    """A number for each value of one label."""
    family = GaugeMetricFamily(f"vigie_{name}", about, labels=[label])
    for key, value in values:
        family.add_metric([key], value)
    return family


class Rows(Collector):
    """The state of the desk at the moment of the scrape."""

    def describe(self) -> Iterable[Any]:
        """Nothing: registering must not read the database."""
        return ()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield from _outages()
        yield from _post()
        yield from _batch()
        yield from _house()


def _outages() -> Iterator[GaugeMetricFamily]:
    effects = [effect for effect, _outage in effects_now().values()]
    yield gauges(
        "services_affected",
        "Services in an ongoing outage and not yet restored, by effect.",
        "effect",
        [(effect.value, effects.count(effect.value)) for effect in Effect],
    )
    yield gauge("outages_ongoing", "Outages that go on.", ongoing().count())
    now = clock.now()
    overdue = [due for _outage, due in all_due() if due.at <= now]
    yield gauges(
        "words_overdue",
        "Words owed to the outside whose time has passed.",
        "what",
        [(what, sum(due.what == what for due in overdue)) for what in ("first", "update", "end", "report")],
    )
    oldest = max(((now - due.at).total_seconds() for due in overdue), default=0.0)
    yield gauge("words_overdue_oldest_seconds", "For how long the oldest of them has been overdue.", oldest)
    yield gauge("alarms_to_judge", "Alarms that wait for a person.", alarms_to_judge().count())
    yield gauge("escalations_open", "Escalations that climb.", open_escalations().count())


def _post() -> Iterator[GaugeMetricFamily]:
    counts = dict(Delivery.objects.order_by().values_list("state").annotate(n=Count("pk")))
    yield gauges(
        "deliveries",
        "Messages in the outbox, by state.",
        "state",
        [(state.value, counts.get(state.value, 0)) for state in IntentState],
    )
    first = waiting().aggregate(first=Min("created_at"))["first"]
    age = (clock.now() - first).total_seconds() if first else 0.0
    yield gauge("delivery_oldest_waiting_seconds", "Age of the oldest message not yet sent.", age)


def _batch() -> Iterator[GaugeMetricFamily]:
    found = standings()
    yield gauges(
        "batch_away",
        "Whether a batch system does not answer, or prints what can't be read.",
        "source",
        [(one.name, float(one.away)) for one in found],
    )
    yield gauges(
        "batch_behind_seconds",
        "Since how long what ended may be missing from the history of jobs.",
        "source",
        [(one.name, one.behind_s) for one in found if one.behind_s is not None],
    )
    yield gauges(
        "batch_running_jobs",
        "Jobs that ran at the last look.",
        "source",
        [(one.name, float(one.running)) for one in found],
    )


def _house() -> Iterator[GaugeMetricFamily]:
    now = clock.now()
    runs = list(ModuleRun.objects.all())
    yield gauges(
        "worker_module_last_ok_age_seconds",
        "How long ago each module of the worker last ended well.",
        "module",
        [(run.module, (now - run.last_ok).total_seconds()) for run in runs if run.last_ok],
    )
    yield gauges(
        "worker_module_failing",
        "1 where the last run of a module failed.",
        "module",
        [(run.module, float(is_failing(run))) for run in runs],
    )
    yield gauge(
        "events_unsettled",
        "Events with reactions still owed.",
        EventRow.objects.filter(settled=False).count(),
    )
    yield gauge(
        "reactions_set_apart",
        "Reactions nobody will try again by itself.",
        Dispatch.objects.filter(set_apart=True).count(),
    )
    built = site_state().built_at
    if built:
        age = (now - built).total_seconds()
        yield gauge("public_site_age_seconds", "Age of the public site that readers see.", age)
    yield gauges("build", "1, with the version of Vigie.", "version", [(version("vigie"), 1)])


def is_failing(run: ModuleRun) -> bool:
    """Whether the module's newest run ended badly."""
    return run.last_error_at is not None and (run.last_ok is None or run.last_ok < run.last_error_at)


REGISTRY.register(Rows())
