"""Reads: the lake, the sources and how they answer, what was brought in."""

from vigie.jobs.queries.lake import keep, lake
from vigie.jobs.queries.sources import Standing, imports, lines_of, standings

__all__ = ["Standing", "imports", "keep", "lake", "lines_of", "standings"]
