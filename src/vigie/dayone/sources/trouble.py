"""What every source raises when it can't be read."""

from vigie.kernel.errors import Refused, Text


class Away(Refused):
    """The source did not answer as it should: nothing of it is taken."""

    def __init__(self, message: Text, *, hint: Text = "") -> None:
        super().__init__("accounts.away", message, hint=hint)
