"""Slurm, by its commands or by slurmrestd."""
