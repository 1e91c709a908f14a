"""The program's log: one line per event on stderr, as JSON or for the eye; Django's own lines come the same way."""

import logging
import sys
from collections.abc import Callable, Iterable, MutableMapping
from typing import Any, TextIO

import structlog
from django.conf import settings

Facts = MutableMapping[str, Any]
Processor = Callable[[Any, str, Facts], Any]

HIDDEN = "[hidden]"
_SECRET_WORDS = ("password", "passwd", "secret", "token", "authorization", "cookie", "api_key", "digest")
_LEAST_LENGTH = 6  # a shorter secret would hide half the words of the log


def hide_secrets(secrets: Iterable[str]) -> Processor:
    """A processor that hides values by their key's name, and these secrets wherever they stand."""
    known = tuple(sorted({word for word in secrets if len(word) >= _LEAST_LENGTH}, key=len, reverse=True))

    def clean(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: HIDDEN if _is_secret(key) else clean(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [clean(item) for item in value]
        text = value if isinstance(value, str) else None
        if text is None and not isinstance(value, (int, float, bool, type(None))):
            text = str(value)
        if text is None or not any(word in text for word in known):
            return value
        for word in known:
            text = text.replace(word, HIDDEN)
        return text

    def processor(_logger: Any, _method: str, facts: Facts) -> Facts:
        return {key: HIDDEN if _is_secret(key) else clean(value) for key, value in facts.items()}

    return processor


def _is_secret(key: Any) -> bool:
    return isinstance(key, str) and any(word in key.lower() for word in _SECRET_WORDS)


def set_up(
    *, form: str = "auto", level: str = "info", secrets: Iterable[str] = (), stream: TextIO | None = None
) -> None:
    """Send every line of the process to `stream` (stderr): `form` is json, console, or auto."""
    stream = stream or sys.stderr
    console = form == "console" or (form == "auto" and stream.isatty())
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Any] = [structlog.processors.format_exc_info, hide_secrets(secrets)]
    last.append(
        structlog.dev.ConsoleRenderer(
            colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
        if console
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, structlog.stdlib.PositionalArgumentsFormatter()],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.captureWarnings(capture=True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def set_up_as_configured() -> None:
    """As the options say, with every secret of the configuration hidden."""
    secrets = [
        settings.SECRET_KEY,
        *settings.SECRET_KEY_FALLBACKS,
        settings.DATABASES["default"].get("PASSWORD", ""),
    ]
    channels = getattr(settings, "CHANNELS", {}).values()
    secrets += [str(values.get(name, "")) for values in channels for name in ("password", "secret")]
    set_up(form=settings.OPTIONS["log.format"], level=settings.OPTIONS["log.level"], secrets=secrets)
