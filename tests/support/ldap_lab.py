"""A private OpenLDAP server for the tests: a few accounts, a bind with a password, STARTTLS."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tools.install_system_parts import program

from tests.support.processes import free_port, open_folder, start, stop, wait_for_port

SUFFIX = "dc=centre,dc=test"
ADMIN = f"cn=vigie,{SUFFIX}"
PASSWORD = "quince"  # of a server that lives for a test
CONFIG = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/nis.schema
include /etc/ldap/schema/inetorgperson.schema
moduleload /usr/lib/ldap/back_mdb.so
pidfile {folder}/slapd.pid
TLSCertificateFile {certificate}
TLSCertificateKeyFile {certificate}
disallow bind_anon
require authc
database mdb
maxsize 268435456
suffix "{suffix}"
rootdn "{admin}"
rootpw {password}
directory {folder}/data
"""
TOP = f"dn: {SUFFIX}\nobjectClass: dcObject\nobjectClass: organization\ndc: centre\no: Centre\n"


@dataclass
class LdapLab:
    """slapd on a loopback port; `fill` replaces what it holds (it stands still meanwhile)."""

    folder: Path
    certificate: str
    port: int
    process: "subprocess.Popen[bytes] | None" = field(default=None)

    @property
    def url(self) -> str:
        return f"ldap://localhost:{self.port}"

    def fill(self, people: list[tuple[str, str, str]]) -> None:
        """(uid, name, mail) of every account."""
        self.stop()
        data = self.folder / "data"
        data.mkdir(exist_ok=True)
        for old in data.iterdir():
            old.unlink()
        entries = [TOP] + [
            f"dn: uid={uid},{SUFFIX}\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: {name}\nsn: {name}\nmail: {mail}\n"
            for uid, name, mail in people
        ]
        (self.folder / "people.ldif").write_text("\n".join(entries), "utf-8")
        subprocess.run(
            [program("slapadd"), "-q", "-f", self.folder / "slapd.conf", "-l", self.folder / "people.ldif"],
            check=True,
        )
        self.start()

    def start(self) -> None:
        config, log = self.folder / "slapd.conf", self.folder / "slapd.log"
        command: list[str | Path] = [
            program("slapd"),
            "-f",
            config,
            "-h",
            f"ldap://127.0.0.1:{self.port}",
            "-d",
            "0",
        ]
        self.process = start(command, log)
        wait_for_port(self.port, process=self.process)

    def stop(self) -> None:
        if self.process:
            stop(self.process)
            self.process = None


@contextmanager
def ldap_running(certificate: str) -> Iterator[LdapLab]:
    """A server on a free port, stopped at the end."""
    with open_folder("ldap") as folder:
        words = {
            "folder": folder,
            "certificate": certificate,
            "suffix": SUFFIX,
            "admin": ADMIN,
            "password": PASSWORD,
        }
        (folder / "slapd.conf").write_text(CONFIG.format(**words), "utf-8")
        lab = LdapLab(folder, certificate, free_port())
        try:
            yield lab
        finally:
            lab.stop()
