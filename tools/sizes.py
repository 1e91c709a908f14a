#!/usr/bin/env python3
"""How long files and functions are: half of them at most, nine of ten at most; alarms for the longest.

Tests and migrations don't count. Fails (exit 1) on an alarm only; the rest is for reading.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE_ALARM, FUNCTION_ALARM = 400, 60  # lines
ALONE = {"src/vigie/public/emergency.py": 500}  # copied to another host as one file: it can't be split


def sources(root: Path) -> Iterator[Path]:
    """The Python files that count."""
    for path in sorted(root.rglob("*.py")):
        is_test = path.name.startswith("test_") or path.name == "conftest.py"
        if not is_test and "migrations" not in path.parts:
            yield path


def functions(tree: ast.AST) -> Iterator[tuple[str, int, int]]:
    """Name, first line and length in lines of every function; decorators don't count."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.lineno, (node.end_lineno or node.lineno) - node.lineno + 1


def quantile(lengths: list[int], share: float) -> int:
    """The length that `share` of them do not exceed."""
    ordered = sorted(lengths)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0


def main(root: Path = ROOT / "src") -> int:
    files: list[int] = []
    lengths: list[int] = []
    alarms: list[str] = []
    for path in sources(root):
        text = path.read_text("utf-8")
        here = path.relative_to(root.parent)
        lines = text.count("\n")
        if lines:
            files.append(lines)
        if lines > (alarm := ALONE.get(here.as_posix(), FILE_ALARM)):
            alarms.append(f"{here}: {lines} lines; split it (alarm: {alarm})")
        for name, line, length in functions(ast.parse(text, str(path))):
            lengths.append(length)
            if length > FUNCTION_ALARM:
                alarms.append(f"{here}:{line}: {name} has {length} lines; split it (alarm: {FUNCTION_ALARM})")
    for what, found in (("file", files), ("function", lengths)):
        print(
            f"{what:8} lengths: {len(found)} counted, p50 {quantile(found, 0.5)}, p90 {quantile(found, 0.9)}, "
            f"longest {max(found, default=0)} lines"
        )
    print("\n".join(alarms), file=sys.stderr, end="\n" if alarms else "")
    return 1 if alarms else 0


if __name__ == "__main__":
    sys.exit(main())
