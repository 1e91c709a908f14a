"""The jobs of the farm: ingest, lake, detect, synthesise."""
