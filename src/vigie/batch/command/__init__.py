"""Any batch system that has commands: what they print is mapped, what they do is a list of arguments."""

from vigie.batch.command.adapter import CommandBatch

__all__ = ["CommandBatch"]
