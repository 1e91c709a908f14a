"""The farm's invented accounts: who runs jobs for which experiment. Nobody here exists."""

from collections.abc import Iterator

from vigie.demo import data
from vigie.experiments.actions import save_accounts
from vigie.experiments.rules import Account
from vigie.kernel.access import System

# experiment: (user name, name, language); one word more: the other cluster, or "ended"
USERS: dict[str, tuple[tuple[str, ...], ...]] = {
    "orion": (
        ("jroche", "Jeanne Roche", "fr"),
        ("pferri", "Paolo Ferri", "en"),
        ("mkeller", "Mathias Keller", "en"),
        ("adufour", "Alice Dufour", "fr"),
        ("orionprd", "Orion, production", "fr"),
    ),
    "lyra": (
        ("mstone", "Mary Stone", "en"),
        ("vpetrov", "Vera Petrova", "en"),
        ("lgiraud", "Louis Giraud", "fr"),
        ("cbianchi", "Carla Bianchi", "en"),
        ("lyraprod", "Lyra production", "en"),
        ("tschmidt", "Till Schmidt", "en", "ended"),
    ),
    "halcyon": (
        ("hmori", "Haruka Mori", "en"),
        ("alindqvi", "Anders Lindqvist", "en"),
        ("smarchal", "Sophie Marchal", "fr"),
        ("halcmc", "Halcyon simulation", "en"),
    ),
    "tamaris": (
        ("ylegoff", "Yann Le Goff", "fr"),
        ("ylegoff", "Yann Le Goff", "fr", "gpu"),
        ("nhamidi", "Nadia Hamidi", "fr"),
        ("nhamidi", "Nadia Hamidi", "fr", "gpu"),
        ("okonkwo", "Chidi Okonkwo", "en", "gpu"),
    ),
    "boree": (
        ("egarnier", "Élodie Garnier", "fr"),
        ("mvidal", "Maxime Vidal", "fr"),
        ("ifontain", "Irène Fontaine", "fr"),
        ("rlopez", "Raúl López", "en", "ended"),
    ),
    "opaline": (
        ("icabrera", "Inès Cabrera", "fr"),
        ("pnowak", "Piotr Nowak", "en"),
        ("gperrot", "Gilles Perrot", "fr"),
    ),
    "quetzal": (
        ("lramirez", "Lucía Ramírez", "en"),
        ("lramirez", "Lucía Ramírez", "en", "gpu"),
        ("djones", "Dylan Jones", "en"),
        ("qzpipe", "Quetzal pipeline", "en"),
        ("acohen", "Anat Cohen", "en", "gpu"),
    ),
    "sequoia": (
        ("fndiaye", "Fatou Ndiaye", "fr"),
        ("bmeyer", "Benoît Meyer", "fr"),
        ("bmeyer", "Benoît Meyer", "fr", "gpu"),
    ),
    "": (("visitor1", "", "fr"), ("training", "Formation", "fr")),
}


def accounts() -> Iterator[Account]:
    """Every account; those of services and of visitors have no mail address."""
    addresses = {
        name: f"{local}@{one.code}.example" for one in data.EXPERIMENTS for name, local, _, _ in one.contacts
    }
    for experiment, users in USERS.items():
        for username, name, language, *more in users:
            person = " " in name and not name.endswith(("production", "simulation", "pipeline"))
            known = addresses.get(name, f"{username}@{experiment}.example")
            yield Account(
                "gpu" if "gpu" in more else "farm",
                username,
                experiment,
                name,
                known if person else "",
                language,
                active="ended" not in more,
            )


def fill() -> None:
    save_accounts(System("demo"), list(accounts()))
