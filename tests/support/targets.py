"""Named targets for a test: their addresses in files, as an administrator keeps them."""

from pathlib import Path


def target(
    folder: Path, name: str, channel: str, address: str, language: str = "fr"
) -> dict[str, dict[str, str]]:
    """One entry of `settings.TARGETS`, {name: its options}, whose file in `folder` holds the address."""
    file = folder / f"target-{name}"
    file.write_text(f"{address}\n", "utf-8")
    file.chmod(0o600)
    return {name: {"channel": channel, "language": language, "address_file": str(file)}}
