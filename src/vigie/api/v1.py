"""Version 1 of the API: its parts, its errors, its documents."""

from ninja import NinjaAPI
from ninja.operation import Operation

from vigie.api import (
    alarms,
    catalogue,
    coverage,
    duty,
    errors,
    jobs,
    notices,
    outages,
    people,
    planning,
    steering,
    watch,
)
from vigie.api.document import Pages
from vigie.api.parsing import StrictParser


class Api(NinjaAPI):
    """Operations are known to generated clients by the short names they have here."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        name: str = operation.view_func.__name__
        return name


api = Api(
    title="Vigie",
    version="1",
    urls_namespace="api-v1",
    description="The operations desk as JSON. Times are ISO 8601: UTC with Z out, any offset in, never without a zone.",
    docs=Pages(),
    parser=StrictParser(),
)
errors.install(api)
for part in (people, duty, watch, catalogue, coverage, outages, planning, steering, notices, alarms, jobs):
    api.add_router("", part.router)
