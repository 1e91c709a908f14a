"""Version 1 of the API: its parts, its errors, its documents."""

from functools import cache
from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
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
    """Operations are known to generated clients by the short names they have here.

    The document is made once for each place the API stands at: that takes seconds, and everybody may ask for it.
    """

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        prefix = self.get_root_path(path_params or {}) if path_prefix is None else path_prefix
        return self._document_at(prefix)

    @cache  # noqa: B019 # there is one API, and it lives as long as the program
    def _document_at(self, prefix: str) -> OpenAPISchema:
        return super().get_openapi_schema(path_prefix=prefix)

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
