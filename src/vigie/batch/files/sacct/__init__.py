"""Dumps of `sacct -P`."""

from vigie.batch.files.sacct.reader import SacctFile

__all__ = ["SacctFile"]
