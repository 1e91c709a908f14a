"""Lists in parts."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from ninja import Query, Schema

from vigie.api.shapes import PAGE_LIMIT, Page

Limit = Annotated[int, Query(50, ge=1, le=PAGE_LIMIT, description="how many at most")]
Offset = Annotated[int, Query(0, ge=0, le=1_000_000, description="how many to leave out at the beginning")]

R = TypeVar("R", bound=Model)
S = TypeVar("S", bound=Schema)


def page(
    request: HttpRequest, rows: QuerySet[R], limit: int, offset: int, show: Callable[[list[R]], list[S]]
) -> Page[Any]:
    """One part of `rows`, with the count of all and the address of the next part."""
    count = rows.count()
    items = show(list(rows[offset : offset + limit]))
    following = None
    if offset + limit < count:
        query = request.GET.copy()
        query["limit"], query["offset"] = str(limit), str(offset + limit)
        following = request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
    return Page(items=items, count=count, next=following)
