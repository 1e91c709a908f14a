"""The small fixed cast of every story, on a Sunday afternoon in November.

Operations: Amina Martin (on duty, then Bruno Leroy), lead Odile Perrin. Support: Lucie Petit (on duty), backup Denis
Blanc, lead Sara Weber. Ada Clerc is administrator. Two experiments, Orion (French contacts) and Lyra (English).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from vigie.duty.actions import add_shift, save_duty
from vigie.duty.models import Duty
from vigie.experiments.actions import save_contact, save_experiment
from vigie.experiments.models import Experiment
from vigie.kernel.access import System
from vigie.people.actions import save_group, save_person
from vigie.people.models import Person
from vigie.people.rules import GroupKind
from vigie.services.actions import save_service
from vigie.services.models import Service

SUNDAY = datetime(2026, 11, 22, 13, 26, tzinfo=UTC)  # 14:26 in Paris


@dataclass(frozen=True)
class Cast:
    amina: Person
    bruno: Person
    odile: Person
    lucie: Person
    denis: Person
    sara: Person
    ada: Person
    production: Duty
    support: Duty
    storage: Service
    farm: Service
    site: Service
    orion: Experiment
    lyra: Experiment


def make_cast(
    *, now: datetime = SUNDAY, support_on_duty: bool = True, production_on_duty: bool = True
) -> Cast:
    """Write the cast into the database; shifts run from four hours before `now` to six hours after."""
    vigie = System()
    save_group(vigie, code="ops", name_fr="Exploitation", name_en="Operations", kind=GroupKind.OPERATIONS)
    save_group(vigie, code="support", name_fr="Support", name_en="Support", kind=GroupKind.SUPPORT)

    def person(login: str, name: str, group: str = "", *, lead: bool = False, language: str = "fr") -> Person:
        return save_person(
            vigie,
            login=login,
            name=name,
            email=f"{login}@centre.test",
            phone="42 17",
            language=language,
            administrator=not group,
            groups=[(group, lead)] if group else [],
        )

    amina, bruno = person("amina", "Amina Martin", "ops"), person("bruno", "Bruno Leroy", "ops")
    odile = person("odile", "Odile Perrin", "ops", lead=True)
    lucie, denis = (
        person("lucie", "Lucie Petit", "support"),
        person("denis", "Denis Blanc", "support", language="en"),
    )
    sara, ada = person("sara", "Sara Weber", "support", lead=True), person("ada", "Ada Clerc")
    production = save_duty(vigie, code="production", name_fr="Production", name_en="Production", rank=1)
    support = save_duty(vigie, code="support", name_fr="Support", name_en="Support", rank=2)
    begin, end = now - timedelta(hours=4), now + timedelta(hours=6)
    if production_on_duty:
        add_shift(vigie, duty=production, person=amina, starts_at=begin, ends_at=end)
    if support_on_duty:
        add_shift(vigie, duty=support, person=lucie, starts_at=begin, ends_at=end)
        add_shift(vigie, duty=support, person=denis, starts_at=begin, ends_at=end, level=2)
    storage, farm, site = _catalogue(vigie)
    orion = save_experiment(
        vigie, code="orion", name="Orion", domain="Astrophysics", uses=["storage", "farm"]
    )
    lyra = save_experiment(vigie, code="lyra", name="Lyra", domain="Particles", uses=["farm"])
    save_contact(vigie, orion, name="Jean Roche", address="jean.roche@centre.test", language="fr")
    save_contact(vigie, orion, name="Orion list", address="orion-l@centre.test", language="en", role="list")
    save_contact(vigie, lyra, name="Mary Stone", address="mary.stone@centre.test", language="en")
    save_contact(vigie, lyra, name="No Address", address="", language="en")
    return Cast(
        amina, bruno, odile, lucie, denis, sara, ada, production, support, storage, farm, site, orion, lyra
    )


def _catalogue(vigie: System) -> tuple[Service, Service, Service]:
    storage = save_service(
        vigie,
        code="storage",
        name_fr="Stockage dCache",
        name_en="dCache storage",
        plain_fr="les fichiers des expériences sur disque",
        plain_en="the experiments’ files on disk",
        rank=1,
        alarm_names=["dcache-door01"],
    )
    farm = save_service(
        vigie,
        code="farm",
        name_fr="Ferme de calcul",
        name_en="Batch farm",
        plain_fr="les machines qui exécutent les jobs",
        plain_en="the machines that run the jobs",
        rank=2,
        needs=["storage"],
    )
    site = save_service(
        vigie,
        code="site",
        name_fr="Site web",
        name_en="Web site",
        plain_fr="les pages du centre",
        plain_en="the centre’s pages",
        rank=3,
    )
    return storage, farm, site
