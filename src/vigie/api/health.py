"""Is the desk well? For load balancers and monitoring, without login and without secrets."""

import time
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from vigie.api.numbers import is_failing
from vigie.kernel import clock, journal
from vigie.kernel.events import set_apart
from vigie.kernel.models import ModuleRun
from vigie.public.queries import site_state

log = journal.of(__name__)

WORKER_SILENT_AFTER = timedelta(minutes=2)  # some module runs every few seconds

Check = dict[str, Any]


@require_safe
def live(_request: HttpRequest) -> JsonResponse:
    """The process answers: nothing else is asked. For restarting a hung one."""
    return JsonResponse({"status": "ok"})


@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """200 while the desk can do its work: database there, worker awake. 503 otherwise.

    A module that fails, a reaction set apart or a public site that is old shows as `degraded`, still 200: restarting
    would not help.
    """
    checks: dict[str, Check] = {"database": _database()}
    if checks["database"]["ok"]:
        checks |= {
            "worker": _worker(),
            "modules": _modules(),
            "reactions": _reactions(),
            "public_site": _public_site(),
        }
    needed = [checks[name]["ok"] for name in ("database", "worker") if name in checks]
    well = all(needed)
    status = "ok" if all(check["ok"] for check in checks.values()) else "degraded" if well else "failing"
    response = JsonResponse({"status": status, "checks": checks}, status=200 if well else 503)
    response["Cache-Control"] = "no-store"
    return response


def _database() -> Check:
    started = time.perf_counter()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        log.warning("health.database", error=repr(error))
        return {"ok": False, "why": "the database does not answer"}
    return {"ok": True, "milliseconds": round((time.perf_counter() - started) * 1000, 1)}


def _worker() -> Check:
    now = clock.now()
    ages = [now - run.last_ok for run in ModuleRun.objects.all() if run.last_ok]
    if not ages:
        return {"ok": False, "why": "no worker has run yet; start one: vigie worker"}
    age = min(ages, key=abs)  # when the clock was set back, a sign of life from the future is none
    well = abs(age) <= WORKER_SILENT_AFTER
    ahead = "the worker was last heard of in the future: was the clock set back?"
    why = {} if well else {"why": "the worker is silent" if age > timedelta(0) else ahead}
    return {"ok": well, "age_seconds": round(age.total_seconds(), 1), **why}


def _modules() -> Check:
    failing = sorted(run.module for run in ModuleRun.objects.all() if is_failing(run))
    return {"ok": not failing, "failing": failing}


def _reactions() -> Check:
    count = set_apart().count()
    why = {"why": "reactions that failed for good wait for a person: /desk/reactions"} if count else {}
    return {"ok": not count, "set_apart": count, **why}


def _public_site() -> Check:
    state = site_state()
    age = (clock.now() - state.built_at).total_seconds() if state.built_at else None
    why = (
        "never built"
        if age is None
        else ""
        if state.is_current
        else "older than what was published, or than its heartbeat"
    )
    return {
        "ok": state.is_current,
        "age_seconds": round(age, 1) if age is not None else None,
        **({"why": why} if why else {}),
    }
