"""Slurm, by its commands or by slurmrestd."""

from vigie.batch.slurm.adapter import SlurmBatch

__all__ = ["SlurmBatch"]
