"""Complete notices in both languages, word for word: read the files in tests/golden/notices as a user would.

After a change of wording: `VIGIE_GOLDEN=write pytest src/vigie/notices/test_golden.py`, then read the difference.
"""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vigie.notices.rules import LANGUAGES, DataLost, Facts, Kind, ServiceFact
from vigie.notices.texts import Rendered, render

GOLDEN = Path(__file__).resolve().parents[3] / "tests" / "golden" / "notices"
NOON = datetime(2026, 11, 22, 12, 5, tzinfo=UTC)  # Sunday, 13:05 in Paris
NOW = NOON + timedelta(minutes=4)

STORAGE = ServiceFact(
    code="storage",
    name_fr="Stockage dCache",
    name_en="dCache storage",
    plain_fr="les fichiers des expériences sur disque",
    plain_en="the experiments’ files on disk",
    effect="down",
    starts_at=NOON,
)
FARM = ServiceFact(
    code="farm",
    name_fr="Ferme de calcul",
    name_en="Batch farm",
    plain_fr="les machines qui exécutent les jobs",
    plain_en="the machines that run the jobs",
    effect="degraded",
    starts_at=NOON + timedelta(minutes=2),
)
SITE = ServiceFact(
    code="site",
    name_fr="Site web",
    name_en="Web site",
    plain_fr="les pages du centre",
    plain_en="the centre’s pages",
    effect="at_risk",
    starts_at=NOON + timedelta(minutes=2),
    ends_at=NOON + timedelta(hours=20),
)
ONE = Facts(
    sudden=True,
    state="ongoing",
    services=(STORAGE,),
    starts_at=NOON,
    next_update_by=NOON + timedelta(minutes=40),
    touched_fr=("Ferme de calcul",),
    touched_en=("Batch farm",),
    experiments=("Lyra", "Orion"),
    contact="support@centre.example, 04 00 00 43 02",
)
THREE = replace(ONE, services=(STORAGE, FARM, SITE), touched_fr=(), touched_en=())
BACK = NOON + timedelta(hours=2, minutes=10)
ENDED = replace(
    ONE,
    state="ended",
    services=(replace(STORAGE, restored_at=BACK),),
    ended_at=BACK,
    next_update_by=None,
    touched_fr=(),
    touched_en=(),
    data_lost=DataLost.NO,
)
WORDS = {
    "fr": {
        "what": "Une alimentation électrique a lâché ; la pièce de rechange est en route.",
        "jobs": "Les jobs qui lisent ces fichiers attendent ; aucun n’est perdu.",
        "action": "Ne relancez pas vos jobs : ils reprendront tout seuls.",
    },
    "en": {
        "what": "A power supply failed; the spare part is on its way.",
        "jobs": "Jobs that read these files wait; none is lost.",
        "action": "Don’t submit your jobs again: they go on by themselves.",
    },
}
LOST = {
    "fr": {
        "data": "Il manque les fichiers écrits entre 13 h 00 et 13 h 05 ; la liste est envoyée à chaque expérience."
    },
    "en": {"data": "The files written between 13:00 and 13:05 are missing; each experiment gets the list."},
}
CASES = {
    "first-one-service": (Kind.ANNOUNCEMENT, ONE, {}, NOW, False),
    "first-three-services": (
        Kind.ANNOUNCEMENT,
        replace(THREE, elsewhere_fr=("Messagerie",), elsewhere_en=("Mail",)),
        {},
        NOW,
        False,
    ),
    "update": (Kind.UPDATE, ONE, WORDS, NOW + timedelta(minutes=26), False),
    "staged-recovery": (
        Kind.UPDATE,
        replace(
            THREE,
            services=(replace(STORAGE, restored_at=BACK), FARM, SITE),
            next_update_by=BACK + timedelta(hours=1),
        ),
        {},
        BACK + timedelta(minutes=3),
        False,
    ),
    "end-no-data-lost": (Kind.END, ENDED, {}, BACK + timedelta(minutes=5), False),
    "end-data-lost": (
        Kind.END,
        replace(ENDED, data_lost=DataLost.YES),
        LOST,
        BACK + timedelta(minutes=5),
        False,
    ),
    "false-alarm": (
        Kind.END,
        replace(ENDED, false_alarm=True),
        {},
        BACK + timedelta(minutes=5),
        False,
    ),
    "reopened": (
        Kind.UPDATE,
        replace(
            ONE,
            reopened=True,
            reopened_at=BACK + timedelta(minutes=30),
            next_update_by=BACK + timedelta(minutes=65),
        ),
        {},
        BACK + timedelta(minutes=33),
        False,
    ),
    "correction": (
        Kind.ANNOUNCEMENT,
        replace(
            ONE,
            starts_at=NOON - timedelta(minutes=20),
            services=(replace(STORAGE, starts_at=NOON - timedelta(minutes=20)),),
        ),
        {},
        NOW,
        True,
    ),
    "report": (
        Kind.REPORT,
        ENDED,
        {
            "fr": {"what": "Une alimentation usée a lâché. Les deux sont remplacées."},
            "en": {"what": "A worn power supply failed. Both are replaced."},
        },
        BACK + timedelta(days=3),
        False,
    ),
    "overrun-next-day": (
        Kind.UPDATE,
        replace(
            ONE,
            services=(replace(STORAGE, ends_at=NOON + timedelta(hours=5)),),
            next_update_by=NOON + timedelta(hours=21),
        ),
        {},
        NOON + timedelta(hours=20),
        False,
    ),
}

DAWN = datetime(2026, 12, 8, 7, 0, tzinfo=UTC)  # Tuesday 8 December, 08:00 in Paris
PLANNED = replace(
    ONE,
    sudden=False,
    state="announced",
    services=(
        replace(STORAGE, starts_at=DAWN, ends_at=DAWN + timedelta(hours=10)),
        replace(FARM, starts_at=DAWN, ends_at=DAWN + timedelta(hours=12)),
    ),
    starts_at=DAWN,
    expected_end=DAWN + timedelta(hours=12),
    next_update_by=DAWN - timedelta(hours=24),
    touched_fr=(),
    touched_en=(),
)
LATER = timedelta(days=1, hours=1)
MOVED = replace(
    PLANNED,
    services=tuple(
        replace(row, starts_at=row.starts_at + LATER, ends_at=row.ends_at + LATER if row.ends_at else None)
        for row in PLANNED.services
    ),
    starts_at=DAWN + LATER,
    expected_end=DAWN + LATER + timedelta(hours=12),
    next_update_by=DAWN + timedelta(hours=1),
    before=PLANNED.services,
)
NIGHT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
BEGUN = replace(
    PLANNED,
    state="ongoing",
    services=tuple(replace(row, starts_at=DAWN + timedelta(minutes=4)) for row in PLANNED.services),
    starts_at=DAWN + timedelta(minutes=4),
    next_update_by=DAWN + timedelta(hours=4),
)
PATCHES = {
    "fr": {
        "what": "Nous remplaçons le commutateur qui relie les serveurs de disques.",
        "jobs": "Les files seront vidées la veille à 20 h 00.",
    },
    "en": {
        "what": "We replace the switch that joins the disk servers.",
        "jobs": "Queues are drained the evening before, at 20:00.",
    },
}
CASES |= {
    "planned-announcement": (Kind.ANNOUNCEMENT, PLANNED, PATCHES, NIGHT, False),
    "planned-reminder": (Kind.REMINDER, PLANNED, {}, DAWN - timedelta(hours=24), False),
    "planned-change-of-date": (Kind.CHANGE, MOVED, {}, NIGHT, False),
    "planned-change-of-services": (
        Kind.CHANGE,
        replace(
            PLANNED,
            services=(
                replace(PLANNED.services[0], effect="at_risk"),
                replace(SITE, starts_at=DAWN, ends_at=DAWN + timedelta(hours=1)),
            ),
            before=(
                *PLANNED.services,
                replace(SITE, code="mail", name_fr="Messagerie", name_en="Mail", plain_fr="", plain_en=""),
            ),
        ),
        {},
        NIGHT,
        False,
    ),
    "planned-extension": (
        Kind.CHANGE,
        replace(
            BEGUN,
            services=(
                replace(BEGUN.services[0], ends_at=DAWN + timedelta(hours=13)),
                BEGUN.services[1],
            ),
            expected_end=DAWN + timedelta(hours=13),
            before=BEGUN.services,
        ),
        {},
        DAWN + timedelta(hours=3),
        False,
    ),
    "planned-start": (Kind.START, BEGUN, {}, DAWN + timedelta(minutes=6), False),
    "planned-cancellation": (
        Kind.CANCELLATION,
        replace(PLANNED, state="cancelled", next_update_by=None),
        {},
        NIGHT,
        False,
    ),
    "planned-end": (
        Kind.END,
        replace(
            BEGUN,
            state="ended",
            services=tuple(replace(row, restored_at=DAWN + timedelta(hours=9)) for row in BEGUN.services),
            ended_at=DAWN + timedelta(hours=9),
            next_update_by=None,
            data_lost=DataLost.NO,
        ),
        {},
        DAWN + timedelta(hours=9, minutes=5),
        False,
    ),
}


def rendered(name: str, language: str) -> Rendered:
    kind, facts, words, now, correction = CASES[name]
    return render(
        kind,
        facts,
        language=language,
        paragraphs=words,
        flashes={},
        link=f"https://status.centre.example/{language}/status/7.html",
        correction=correction,
        now=now,
    )


@pytest.mark.parametrize("name", CASES)
def test_the_whole_notice_reads_as_agreed(name: str):
    pages = []
    for language in LANGUAGES:
        shown = rendered(name, language)
        pages.append(
            f"FLASH ({len(shown.flash)}): {shown.flash}\nSUBJECT: {shown.mail_subject}\n\n{shown.mail_text}"
        )
    text = f"\n{'=' * 100}\n".join(pages)
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("VIGIE_GOLDEN") == "write":
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8")
