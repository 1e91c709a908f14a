#!/usr/bin/env python3
"""Get what `make test` needs from the system: real mail servers, a database server, Slurm, a browser.

As root on Debian it installs what is missing; anywhere else it says, one loud line per part, what is missing and
how to get it, and the tests that need it skip with the same line. Standard library only: it runs before `.venv`.

    tools/install_system_parts.py [--check]        --check: only say what is missing (exit 1 if anything is)
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
POLICY = Path("/usr/sbin/policy-rc.d")


def program(name: str) -> str:
    """Path of a program, also where only root looks; "" if it is not here."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") or ""


def chromium() -> str:
    """Path of a Chromium: `VIGIE_CHROMIUM`, else the first that is installed; "" if none is."""
    named = os.environ.get("VIGIE_CHROMIUM", "")
    return named or next((path for path in map(program, CHROMIUM_NAMES) if path), "")


def postgres() -> str:
    """Where initdb and pg_ctl are; Debian keeps them out of the PATH. "" if they are not here."""
    folders = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()]
    newest = max(folders, key=lambda path: float(path.parent.name), default=None)
    return str(newest or "") or program("initdb")


def slurm() -> str:
    """Path of slurmctld if all that its lab starts is here; "" otherwise."""
    needed = ("slurmd", "slurmdbd", "slurmrestd", "munged", "mariadbd", "slurmctld")
    return "" if "" in (found := [program(name) for name in needed]) else found[-1]


def is_root() -> bool:
    return os.geteuid() == 0


def fonts() -> str:
    """A font with French letters, without which Chromium shows boxes."""
    return str(next(Path("/usr/share/fonts").rglob("DejaVuSans.ttf"), ""))


@dataclass(frozen=True)
class Part:
    """Something of the system: what it is for, the Debian packages that bring it, and whether it is here."""

    name: str
    purpose: str
    packages: tuple[str, ...]
    present: Callable[[], str]
    root_only: bool = False

    def lack(self) -> str:
        """ "" if the part can be used here; otherwise one line: what is missing and how to get it."""
        if not self.present():
            return (
                f"MISSING: {self.name} ({self.purpose}). Get it, as root on Debian: "
                f"python3 tools/install_system_parts.py   (or install {', '.join(self.packages)} yourself)"
            )
        if self.root_only and not is_root():
            return f"MISSING: root, without which {self.name} ({self.purpose}) can't be started. Run `make test` as root."
        return ""


PARTS = {
    part.name: part
    for part in (
        Part(
            "Postfix and Dovecot",
            "tests on a real mail server",
            ("postfix", "dovecot-imapd", "dovecot-lmtpd"),
            lambda: program("postfix") and program("dovecot") and program("doveadm"),
            root_only=True,
        ),
        Part("OpenLDAP", "farm accounts from a real directory", ("slapd",), lambda: program("slapd")),
        Part("PostgreSQL", "tests on the second database", ("postgresql",), postgres),
        Part(
            "Slurm",
            "jobs of a real batch system",
            ("slurm-wlm", "slurmdbd", "slurmrestd", "slurm-wlm-jwt-plugin", "munge", "mariadb-server"),
            slurm,
            root_only=True,
        ),
        Part("Chromium", "tests in a browser", ("chromium",), chromium),
        Part("fonts", "readable pictures of the pages", ("fonts-dejavu-core",), fonts),
        Part("gettext", "checks of the translations", ("gettext",), lambda: program("msgfmt")),
    )
}


@contextmanager
def no_services() -> Iterator[None]:
    """Installing a server must not start it: the tests start their own, on their own ports."""
    ours = not POLICY.exists()
    if ours:
        POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="utf-8")
        POLICY.chmod(0o755)
    try:
        yield
    finally:
        if ours:
            POLICY.unlink()


def install(packages: list[str]) -> str:
    """Install Debian packages without questions; returns what went wrong, "" if nothing did."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    answers = (
        "postfix postfix/main_mailer_type select Local only\npostfix postfix/mailname string localhost\n"
    )
    steps = [
        (["apt-get", "update", "-qq"], None),
        (["debconf-set-selections"], answers),
        (["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages], None),
    ]
    with no_services():
        for command, text in steps:
            done = subprocess.run(
                command,
                env=environment,
                text=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                check=False,
                **({"input": text} if text else {"stdin": subprocess.DEVNULL}),
            )
            if done.returncode:
                return f"`{' '.join(command)}` failed ({done.returncode}):\n{done.stdout}"
    return ""


def main() -> int:
    parser = argparse.ArgumentParser(description="Install the system's parts that the tests use.")
    parser.add_argument("--check", action="store_true", help="install nothing, only say what is missing")
    options = parser.parse_args()
    missing = [part for part in PARTS.values() if not part.present()]
    if missing and not options.check and is_root() and program("apt-get"):
        packages = [package for part in missing for package in part.packages]
        print(f"Installing {' '.join(packages)} …", flush=True)
        if fault := install(packages):
            print(fault, file=sys.stderr)
    lacks = [lack for part in PARTS.values() if (lack := part.lack())]
    for lack in lacks:
        print(f"!!! {lack}", file=sys.stderr)
    return 1 if lacks and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
