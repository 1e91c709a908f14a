"""Print the key of one receiver:  python -m vigie.channels.webhook https://chat.example/hook < secret-file"""

import sys

from vigie.channels.webhook.signing import key_for


def main() -> int:
    """The channel's secret comes by standard input, where no list of processes shows it."""
    match sys.argv[1:]:
        case [address] if address.startswith(("https://", "http://")):
            print(key_for(sys.stdin.read().strip(), address))  # noqa: T201 # this is what it is for
            return 0
    print(str(__doc__), file=sys.stderr)  # noqa: T201 # its usage
    return 2


if __name__ == "__main__":
    sys.exit(main())
