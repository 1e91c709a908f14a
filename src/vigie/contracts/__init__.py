"""Protocols and frozen dataclasses for adapters, and the conformance tests every adapter passes."""
