"""The program's own log: `log = journal.of(__name__)`, then `log.info("delivery.sent", delivery=7)`.

structlog does the work; it is loaded with the first line written, because a command that answers in half a second
and logs nothing should not wait for it. Never give it a secret or a mail's text: keys are ids, counts and reasons.
"""

from collections.abc import Callable
from typing import Any

_to_do_first: list[Callable[[], None]] = []


def before_first_line(prepare: Callable[[], None]) -> None:
    """Have `prepare` called before the first line is written: the program says there where lines go."""
    _to_do_first[:] = [prepare]


class Journal:
    """Events by name with their facts, at the usual levels."""

    def __init__(self, name: str) -> None:
        self._name = name

    def info(self, event: str, **facts: Any) -> None:
        self._logger().info(event, **facts)

    def warning(self, event: str, **facts: Any) -> None:
        self._logger().warning(event, **facts)

    def error(self, event: str, **facts: Any) -> None:
        self._logger().error(event, **facts)

    def exception(self, event: str, **facts: Any) -> None:
        """As `error`, with the exception at hand."""
        self._logger().exception(event, **facts)

    def _logger(self) -> Any:
        import structlog  # noqa: PLC0415 # see above

        while _to_do_first:
            _to_do_first.pop()()

        return structlog.get_logger(self._name)


def of(name: str) -> Journal:
    """The journal of a module; give it `__name__`."""
    return Journal(name)
