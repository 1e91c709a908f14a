"""What the programs here share: the daemons of tests/support, a desk of its own, tables that say what they compare."""

import os
import platform
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as name:
        yield Path(name)


def set_up(data: Path, **options: str) -> None:
    """Django, with a data folder and options of its own; once per process."""
    for name in [name for name in os.environ if name.startswith(("VIGIE_", "DJANGO_"))]:
        if not name.startswith("VIGIE_BENCH_"):
            del os.environ[name]
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "vigie.config.settings",
        "VIGIE_CONFIG": "",
        "VIGIE_STORE_DATA": str(data),
        "VIGIE_MAIL_SENDER": "vigie@centre.test",
        "VIGIE_LOG_LEVEL": "warning",
        **options,
    }
    import django  # noqa: PLC0415 # not before its settings are named

    django.setup()
    from vigie.config.logging import set_up_as_configured  # noqa: PLC0415 # same

    set_up_as_configured()
    from django.core.management import call_command  # noqa: PLC0415 # same

    call_command("migrate", verbosity=0)


def number(name: str, default: int) -> int:
    """How much to do: VIGIE_BENCH_NAME, or the default."""
    return int(os.environ.get(f"VIGIE_BENCH_{name}", default))


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[object]], *notes: str) -> None:
    cells = [[str(cell) for cell in row] for row in [head, *rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    print(f"\n{title}")
    for place, row in enumerate(cells):
        print("  " + "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())
        if not place:
            print("  " + "  ".join("-" * width for width in widths))
    for note in notes:
        print(f"  {note}")
    load = os.getloadavg()[0]
    print(f"  {os.cpu_count()} cores, load {load:.1f}, Python {platform.python_version()}", flush=True)


def percentile(values: Sequence[float], share: float) -> float:
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]
