"""What flagged rows have in common, in at most seven findings: pure, and usable alone.

    from vigie.lib.explain import explain
    explanation = explain(table, flag="slow", weight="lost", attributes=("user", "node", "queue"))

The method, its formulas and their sources stand in docs/manual/explain.md.
"""

from vigie.lib.explain.explaining import explain
from vigie.lib.explain.model import Explanation, Finding, Value
from vigie.lib.explain.rows import matching
from vigie.lib.explain.sentences import PHRASES, Phrase, sentence

__all__ = ["PHRASES", "Explanation", "Finding", "Phrase", "Value", "explain", "matching", "sentence"]
