"""The invented centre as tables: people, services, experiments, duties. Nobody and nothing here exists."""

from dataclasses import dataclass

CENTRE = "Centre de calcul de Valmorin"
DOMAIN = "valmorin.example"
SENDER = f"vigie@{DOMAIN}"
CONTACT = f"support@{DOMAIN} · +33 4 99 00 43 02"


@dataclass(frozen=True)
class Staff:
    """Somebody who works here; `group` is "ops", "support" or "" (the administrator)."""

    login: str
    name: str
    group: str
    phone: str
    language: str = "fr"
    lead: bool = False

    @property
    def email(self) -> str:
        return f"{self.login}@{DOMAIN}"


STAFF: tuple[Staff, ...] = (
    Staff("amina", "Amina Martin", "ops", "42 17"),
    Staff("bruno", "Bruno Leroy", "ops", "42 19"),
    Staff("ndeye", "Ndèye Diallo", "ops", "42 25"),
    Staff("tomasz", "Tomasz Zieliński", "ops", "42 28", "en"),
    Staff("odile", "Odile Perrin", "ops", "42 10", lead=True),
    Staff("lucie", "Lucie Petit", "support", "43 02"),
    Staff("denis", "Denis Blanc", "support", "43 05"),
    Staff("camille", "Camille Roux", "support", "43 07"),
    Staff("kenji", "Kenji Watanabe", "support", "43 11", "en"),
    Staff("sara", "Sara Weber", "support", "43 01", lead=True),
    Staff("ada", "Ada Clerc", "", "40 00"),
)

GROUPS = (("ops", "Exploitation", "Operations", "operations"), ("support", "Support", "Support", "support"))

DUTIES = (
    ("production", "Production", "Production", "42 00"),
    ("support", "Support", "Support", "43 00"),
    ("tpm", "TPM", "TPM", ""),
    ("storage", "Stockage", "Storage", "42 40"),
    ("network", "Réseau", "Network", "42 50"),
)


@dataclass(frozen=True)
class Line:
    """A line of the catalogue."""

    code: str
    name_fr: str
    name_en: str
    plain_fr: str
    plain_en: str
    needs: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()


CATALOGUE: tuple[Line, ...] = (
    Line(
        "disk",
        "Stockage dCache",
        "dCache storage",
        "les fichiers des expériences sur disque",
        "the experiments’ files on disk",
        ("network",),
        ("dcache-door01", "dcache-pools"),
    ),
    Line(
        "farm",
        "Ferme de calcul",
        "Batch farm",
        "les machines qui exécutent vos jobs",
        "the machines that run your jobs",
        ("disk", "home", "software", "accounts"),
        ("slurmctld", "farm"),
    ),
    Line(
        "gpu",
        "Machines GPU",
        "GPU machines",
        "les machines avec cartes graphiques",
        "the machines with graphics cards",
        ("farm",),
        ("gpu-partition",),
    ),
    Line(
        "tape",
        "Stockage sur bandes",
        "Tape storage",
        "l’archive des données, sur bandes magnétiques",
        "the archive of data, on magnetic tape",
        ("network",),
        ("tape-robot1", "tape-mover"),
    ),
    Line(
        "interactive",
        "Machines de connexion",
        "Login machines",
        "les machines sur lesquelles vous vous connectez",
        "the machines that you log in to",
        ("home", "software", "accounts"),
        ("login-cluster",),
    ),
    Line(
        "notebooks",
        "Carnets Jupyter",
        "Jupyter notebooks",
        "vos calculs depuis le navigateur",
        "your computing from the browser",
        ("home", "accounts"),
        ("jupyterhub",),
    ),
    Line(
        "home",
        "Répertoires personnels",
        "Home directories",
        "vos fichiers et ceux de votre groupe",
        "your files and those of your group",
        ("network",),
        ("nfs01", "nfs02"),
    ),
    Line(
        "software",
        "Logiciels des expériences",
        "Experiment software",
        "les logiciels que les expériences publient pour leurs jobs",
        "the software that experiments publish for their jobs",
        ("network",),
        ("cvmfs-proxy",),
    ),
    Line(
        "grid",
        "Accès par la grille",
        "Grid access",
        "l’envoi de jobs depuis la grille",
        "sending jobs from the grid",
        ("farm",),
        ("ce01", "ce02"),
    ),
    Line(
        "transfers",
        "Transferts de données",
        "Data transfers",
        "la copie de fichiers entre le centre et les autres sites",
        "copying files between the centre and other sites",
        ("disk", "network"),
        ("fts01",),
    ),
    Line(
        "databases",
        "Bases de données",
        "Databases",
        "les bases de données des expériences",
        "the experiments’ databases",
        ("network",),
        ("pgsql-main",),
    ),
    Line(
        "accounts",
        "Comptes et mots de passe",
        "Accounts and passwords",
        "ce qui vous reconnaît quand vous vous connectez",
        "what recognises you when you log in",
        ("network",),
        ("ldap01", "sso"),
    ),
    Line(
        "code",
        "Dépôts de code",
        "Code repositories",
        "vos programmes et leur historique",
        "your programs and their history",
        ("accounts", "databases"),
        ("gitlab",),
    ),
    Line(
        "web",
        "Sites web",
        "Web sites",
        "les sites hébergés par le centre",
        "the sites that the centre hosts",
        ("databases",),
        ("www-front",),
    ),
    Line(
        "lists",
        "Listes de diffusion",
        "Mailing lists",
        "les listes de courriel des expériences",
        "the experiments’ mailing lists",
        ("network",),
        ("sympa",),
    ),
    Line(
        "network",
        "Réseau",
        "Network",
        "ce qui relie le centre au reste du monde et ses machines entre elles",
        "what joins the centre to the world and its machines to each other",
        (),
        ("border-rtr1", "core-sw1"),
    ),
)


@dataclass(frozen=True)
class Collaboration:
    """An experiment; `contacts` are (name, local part or "", language, role); "" is a contact without address."""

    code: str
    name: str
    domain: str
    uses: tuple[str, ...]
    contacts: tuple[tuple[str, str, str, str], ...]


EXPERIMENTS: tuple[Collaboration, ...] = (
    Collaboration(
        "orion",
        "Orion",
        "Astrophysique",
        ("disk", "farm", "tape", "interactive"),
        (
            ("Jeanne Roche", "jeanne.roche", "fr", "computing"),
            ("Orion, calcul", "orion-calcul", "fr", "list"),
            ("Paolo Ferri", "paolo.ferri", "en", "spokesperson"),
        ),
    ),
    Collaboration(
        "lyra",
        "Lyra",
        "Physique des particules",
        ("disk", "farm", "grid", "transfers", "tape"),
        (("Mary Stone", "mary.stone", "en", "computing"), ("Lyra computing", "lyra-comp", "en", "list")),
    ),
    Collaboration(
        "halcyon",
        "Halcyon",
        "Neutrinos",
        ("disk", "grid", "transfers", "databases"),
        (
            ("Haruka Mori", "haruka.mori", "en", "computing"),
            ("Anders Lindqvist", "anders.lindqvist", "en", "spokesperson"),
        ),
    ),
    Collaboration(
        "tamaris",
        "Tamaris",
        "Ondes gravitationnelles",
        ("farm", "gpu", "home", "software"),
        (
            ("Yann Le Goff", "yann.legoff", "fr", "computing"),
            ("Tamaris, tous", "tamaris-tous", "fr", "list"),
        ),
    ),
    Collaboration(
        "boree",
        "Borée",
        "Climat",
        ("farm", "tape", "home"),
        (("Élodie Garnier", "elodie.garnier", "fr", "computing"), ("Marc Aubin", "", "fr", "spokesperson")),
    ),
    Collaboration(
        "opaline",
        "Opaline",
        "Physique nucléaire",
        ("disk", "farm", "interactive"),
        (
            ("Inès Cabrera", "ines.cabrera", "fr", "computing"),
            ("Piotr Nowak", "piotr.nowak", "en", "spokesperson"),
        ),
    ),
    Collaboration(
        "quetzal",
        "Quetzal",
        "Cosmologie",
        ("farm", "gpu", "notebooks", "disk"),
        (
            ("Lucía Ramírez", "lucia.ramirez", "en", "computing"),
            ("Quetzal pipeline", "quetzal-pipeline", "en", "list"),
        ),
    ),
    Collaboration(
        "sequoia",
        "Séquoia",
        "Génomique",
        ("notebooks", "gpu", "databases", "home"),
        (("Fatou Ndiaye", "fatou.ndiaye", "fr", "computing"),),
    ),
)
