"""Bodies and addresses as they come over the wire, freed of what no text of ours may hold."""

import json
from typing import Any

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja.parser import Parser


def clean(value: Any) -> Any:
    """Without NUL (PostgreSQL keeps none) and half surrogate pairs (no UTF-8 for them)."""
    if isinstance(value, str):
        text = value.replace("\x00", "")
        return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, list):
        return [clean(item) for item in value]
    if isinstance(value, dict):
        return {clean(key): clean(item) for key, item in value.items()}
    return value


def _no_constant(name: str) -> Any:
    raise json.JSONDecodeError(f"{name} is not JSON", name, 0)


class StrictParser(Parser):
    """JSON by the standard: UTF-8, no NaN; texts cleaned."""

    def parse_body(self, request: HttpRequest) -> Any:
        return clean(json.loads(request.body.decode("utf-8-sig"), parse_constant=_no_constant))

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        found: dict[str, Any] = clean(super().parse_querydict(data, list_fields, request))
        return found
