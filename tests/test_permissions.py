"""Every address × every role: who gets in, who is asked to log in, who sees nothing.

A new address without a row here fails the first test: decide who may open it.
"""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def addresses() -> Iterator[str]:
    """The name of every address of the desk (or its pattern, where it has no name)."""

    def walk(patterns: list[Any], prefix: str, spaces: tuple[str, ...]) -> Iterator[str]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                space = (*spaces, pattern.namespace) if pattern.namespace else spaces
                yield from walk(pattern.url_patterns, prefix + str(pattern.pattern), space)
            elif isinstance(pattern, URLPattern):
                yield ":".join((*spaces, pattern.name)) if pattern.name else prefix + str(pattern.pattern)

    yield from walk(get_resolver().url_patterns, "", ())


if __name__ == "__main__":
    import django

    django.setup()
    print("\n".join(sorted(set(addresses()))))
