"""Named targets: where notices go beside mail. Rows, pages and logs hold the name; the address stays in its file."""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from vigie.contracts.channel import BadConfiguration


@dataclass(frozen=True)
class Target:
    """A chat room, a webhook, a pager: `name` is what everybody may see."""

    name: str
    channel: str
    language: str
    address_file: str
    use: str = "notices"  # or "calls": somebody's pager, which gets no notices

    def address(self) -> str:
        """Read anew each time, so that a changed key needs no restart. Raises BadConfiguration."""
        try:
            found = Path(self.address_file).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "is not text"
            raise BadConfiguration(f"targets.{self.name}: {self.address_file} can't be read: {why}") from None
        if not found:
            raise BadConfiguration(f"targets.{self.name}: {self.address_file} is empty")
        return found


def every() -> list[Target]:
    """All that are configured, by name."""
    return [
        Target(
            name,
            row["channel"],
            row["language"] or settings.LANGUAGE_CODE,
            row["address_file"],
            row.get("use") or "notices",
        )
        for name, row in sorted(settings.TARGETS.items())
    ]


def named(channel: str, name: str) -> Target | None:
    """The target of this name on this channel, if it is (still) configured."""
    return next((one for one in every() if (one.channel, one.name) == (channel, name)), None)


def of_use(use: str) -> list[Target]:
    """Those that notices go to, or those by which persons are called."""
    return [one for one in every() if one.use == use]
