"""The OpenAPI document as a page for people: made here, without script, from the same document machines read."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase

METHODS = ("get", "post", "put", "patch", "delete")
DEPTH = 6  # of nested shapes in an example


Paragraph = tuple[tuple[str, bool], ...]  # (text, is code)


def pieces(text: str) -> Paragraph:
    """A paragraph of a docstring; what stands between `backticks` is code."""
    parts = text.replace("\n", " ").strip().split("`")
    return tuple((part, index % 2 == 1) for index, part in enumerate(parts))


@dataclass(frozen=True)
class Parameter:
    name: str
    where: str
    kind: str
    required: bool
    about: str


@dataclass(frozen=True)
class OperationEntry:
    """One operation as the page shows it."""

    anchor: str
    method: str
    path: str
    summary: str
    about: tuple["Paragraph", ...]
    scope: str
    parameters: tuple[Parameter, ...]
    body: str
    body_fields: tuple[Parameter, ...]
    answer_status: str
    answer: str
    command: str


@dataclass
class Chapter:
    """The operations of one tag."""

    name: str
    anchor: str
    operations: list[OperationEntry] = field(default_factory=list)


class Pages(DocsBase):
    """Instead of Swagger's page, whose script comes from another host."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        document = api.get_openapi_schema(path_params=kwargs)
        context = {
            "title": document["info"]["title"],
            "about": document["info"]["description"],
            "chapters": chapters(document),
            "errors": example({"$ref": "#/components/schemas/ErrorOut"}, document),
            "address": settings.OPTIONS["site.url"],
            "json_url": self.get_openapi_url(api, kwargs),
        }
        return render(request, "api/docs.html", context)


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """(method, path, operation) of everything the document describes."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield method, path, item[method]


def chapters(document: Mapping[str, Any]) -> list[Chapter]:
    """The operations by tag, in the document's order."""
    found: dict[str, Chapter] = {}
    for method, path, operation in operations(document):
        name = (operation.get("tags") or ["Other"])[0]
        chapter = found.setdefault(name, Chapter(name, name.lower().replace(" ", "-")))
        chapter.operations.append(_entry(method, path, operation, document))
    return list(found.values())


def _entry(
    method: str, path: str, operation: Mapping[str, Any], document: Mapping[str, Any]
) -> OperationEntry:
    schema = _json_schema(operation.get("requestBody", {}))
    body = example(schema, document) if schema is not None else ""
    status, answer = _answer(operation, document)
    return OperationEntry(
        anchor=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        about=tuple(pieces(part) for part in operation.get("description", "").split("\n\n")),
        scope=operation.get("x-scope", ""),
        parameters=tuple(_parameter(item) for item in operation.get("parameters", ())),
        body=body,
        body_fields=tuple(_fields(schema, document)) if schema is not None else (),
        answer_status=status,
        answer=answer,
        command=_command(method, path, body),
    )


def _json_schema(part: Mapping[str, Any]) -> Mapping[str, Any] | None:
    content: Mapping[str, Any] = part.get("content", {}).get("application/json", {})
    return content.get("schema")


def _answer(operation: Mapping[str, Any], document: Mapping[str, Any]) -> tuple[str, str]:
    for status, part in operation["responses"].items():
        schema = _json_schema(part)
        if str(status).startswith("2") and schema is not None:
            return str(status), example(schema, document)
    return "", ""


def _parameter(item: Mapping[str, Any]) -> Parameter:
    schema = item.get("schema", {})
    return Parameter(
        name=item["name"],
        where=item["in"],
        kind=kind_of(schema),
        required=bool(item.get("required")),
        about=item.get("description") or schema.get("description", ""),
    )


def _fields(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[Parameter]:
    shape = _resolved(schema, document)
    needed = shape.get("required", ())
    for name, inner in shape.get("properties", {}).items():
        known = _resolved(inner, document)
        yield Parameter(name, "body", kind_of(known), name in needed, inner.get("description", ""))


def kind_of(schema: Mapping[str, Any]) -> str:
    """“text”, “time”, “one of a, b”: a type in a word or two."""
    if options := schema.get("anyOf"):
        return " or ".join(
            dict.fromkeys(kind_of(option) for option in options if option.get("type") != "null")
        )
    if choices := schema.get("enum"):
        return "one of " + ", ".join(str(choice) for choice in choices)
    if schema.get("format") == "date-time":
        return "time"
    words = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}
    kind = str(schema.get("type", "any"))
    return words.get(kind, "list" if kind == "array" else kind)


def _resolved(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The shape behind references and “or null”."""
    for _step in range(DEPTH):
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        elif "anyOf" in schema:
            schema = next((item for item in schema["anyOf"] if item.get("type") != "null"), {})
        elif len(schema.get("allOf", ())) == 1:
            schema = schema["allOf"][0]
        else:
            break
    return schema


def example(schema: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    """A value of this shape as indented JSON."""
    return json.dumps(_sample(schema, document, 0), indent=2, ensure_ascii=False)


def _sample(schema: Mapping[str, Any], document: Mapping[str, Any], depth: int) -> Any:
    shape = _resolved(schema, document)
    for given in (schema.get("examples"), shape.get("examples"), shape.get("enum")):
        if given:
            return given[0]
    kind = shape.get("type") if depth < DEPTH else None
    if kind == "array":
        return [_sample(shape.get("items", {}), document, depth + 1)]
    if kind == "object":
        inner = shape.get("additionalProperties")
        named = shape.get("properties") or ({"…": inner} if isinstance(inner, dict) and inner else {})
        return {name: _sample(part, document, depth + 1) for name, part in named.items()}
    return {"integer": 1, "number": 1.5, "boolean": False}.get(str(kind), "…")


def _command(method: str, path: str, body: str) -> str:
    """The call as curl makes it."""
    lines = [f'curl -H "Authorization: Bearer $TOKEN" {settings.OPTIONS["site.url"]}{path}']
    if method != "get":
        lines[0] = lines[0].replace("curl ", f"curl -X {method.upper()} ")
    if body:
        short = json.dumps(json.loads(body), ensure_ascii=False).replace("'", "’")
        lines.append(f"  -H 'Content-Type: application/json' -d '{short}'")
    return " \\\n".join(lines)
