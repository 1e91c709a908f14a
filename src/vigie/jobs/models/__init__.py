"""Where jobs come from, and what was kept aside. The jobs themselves are in the lake."""

from vigie.jobs.models.sources import BatchSource, JobImport, LineAside

__all__ = ["BatchSource", "JobImport", "LineAside"]
