"""Bringing a centre in: the difference is what is done, again changes nothing, what is exported is imported back."""

from datetime import date, time, timedelta

import pytest
from django.db import connection
from tests.support.kept import kept

from vigie.dayone import actions
from vigie.dayone.columns import guarded, names, unguarded, written
from vigie.dayone.export import export
from vigie.dayone.kinds import KINDS
from vigie.duty.actions import Shape, qualify, save_rotation, shape_duty
from vigie.duty.models import Duty, Qualification, Rotation, Shift, ShiftChange
from vigie.duty.seen.models import CalendarEntry
from vigie.experiments.actions import save_accounts
from vigie.experiments.coverage.actions import cover
from vigie.experiments.coverage.models import Coverage
from vigie.experiments.models import Experiment, FarmAccount
from vigie.experiments.rules import Account
from vigie.jobs.findings.actions import Spot, save_places
from vigie.jobs.findings.models import Place
from vigie.kernel.access import System
from vigie.kernel.errors import Conflict, Forbidden
from vigie.kernel.models import AuditRow, EventRow
from vigie.people.actions import leave, plan_departure, save_person, show_name
from vigie.people.models import Group, Membership, Person
from vigie.services.models import Service

VIGIE = System()
ACCOUNTS = [
    Account("farm", "jroche", "orion", "Jean | “Roche”", "jean@x.test"),
    Account("farm", "x+1", language="en"),
    Account("gpu", "jroche", "lyra", active=False),
]


def look(kind, source, actor=VIGIE, *, toml=False):
    return actions.look(actor, KINDS[kind], source, toml=toml)


def bring(kind, source, actor=VIGIE, *, toml=False):
    return actions.apply(actor, look(kind, source, actor, toml=toml))


OFFICE = Shape(
    rhythm="office",
    handovers="8:00 13:00",
    closes=time(18),
    weekdays=range(5),
    on_holidays=False,
    levels=2,
    minimum=2,
    ideal=4,
    needs_approval=True,
    phone_public=True,
    checklist_fr="relire le journal\n\nles questions | les dossiers",
    checklist_en="read the log",
)


@pytest.fixture
def centre(cast):
    """The cast with all that files may hold: a rota by rotation, coverage, accounts, somebody who will leave."""
    return kept("a centre with all that files may hold", lambda: with_all(cast))


def with_all(cast):
    duty = shape_duty(cast.odile, Duty.objects.get(code="support"), OFFICE)
    today = date(2026, 11, 22)
    for person in (cast.lucie, cast.denis, cast.sara):
        qualify(cast.odile, duty, person, since=date(2020, 1, 1))
    qualify(cast.odile, duty, cast.amina, since=date(2020, 1, 1), until=date(2024, 1, 1))
    order = [cast.lucie, cast.denis, cast.lucie, cast.sara]
    save_rotation(cast.odile, duty, starts_on=today, every="shift", people=order, offsets=[0, 2])
    cover(cast.sara, person=cast.lucie, experiment=cast.orion, level="primary", starts_on=date(2024, 7, 1))
    cover(
        cast.sara,
        person=cast.denis,
        experiment=None,
        level="backup",
        starts_on=today,
        ends_on=date(2027, 3, 1),
    )
    plan_departure(cast.ada, cast.denis, on=today + timedelta(days=200), ending="contract")
    show_name(cast.amina, cast.amina, public=True)
    save_accounts(VIGIE, ACCOUNTS)
    save_places(VIGIE, [Spot("farm", "queue", "long", service="farm"), Spot("farm", "node", "n001", "r12")])
    return cast


def test_the_difference_names_each_change_and_nothing_is_written_before_it_is_applied(cast):
    source = "login,name,phone\namina,Amina Martin,42 18\nnina,Nina Côté,\nlucie,Lucie Petit,42 17\n"
    rows = AuditRow.objects.count(), EventRow.objects.count()
    seen = look("people", source, cast.ada)
    assert [step.values["login"] for step in seen.added] == ["nina"]
    assert [(step.values["login"], dict(step.changes)) for step in seen.changed] == [
        ("amina", {"phone": ("42 17", "42 18")})
    ]
    assert seen.unchanged == 1
    assert "odile" in seen.absent
    assert (AuditRow.objects.count(), EventRow.objects.count()) == rows
    done = actions.apply(cast.ada, seen)
    assert (done.added, done.changed, done.unchanged, list(done.bad)) == (1, 1, 1, [])
    amina = Person.objects.get(login="amina")
    assert (amina.phone, amina.email, amina.roles) == ("42 18", "amina@centre.test", {"operator"})
    assert AuditRow.objects.count() == rows[0] + 2
    again = look("people", source, cast.ada)
    assert (list(again.steps), again.unchanged) == ([], 3)


@pytest.mark.parametrize("shape", ["csv", "toml"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_exported_imports_without_a_difference(centre, kind, shape):
    leave(VIGIE, centre.bruno)
    source = export(VIGIE, KINDS[kind], shape)
    seen = look(kind, source.encode(), toml=shape == "toml")
    assert (list(seen.steps), list(seen.bad), list(seen.absent), list(seen.unread)) == ([], [], [], [])
    assert seen.unchanged > 0


@pytest.mark.parametrize("shape", ["csv", "toml"])
def test_an_exported_centre_comes_back_into_an_empty_desk(centre, shape):
    save_person(VIGIE, login="otto", name="Otto Weiss", groups=[("support", False)])
    leave(VIGIE, Person.objects.get(login="otto"), on=date(2025, 6, 30), ending="contract")
    files = {kind: export(VIGIE, KINDS[kind], shape) for kind in KINDS}
    wiped = list(Service.objects.values_list("code", flat=True))
    _wipe()
    assert not Service.objects.exists()
    assert {kind: list(bring(kind, source, toml=shape == "toml").bad) for kind, source in files.items()} == {
        kind: [] for kind in KINDS
    }
    assert list(Service.objects.values_list("code", flat=True)) == wiped
    assert {kind: export(VIGIE, KINDS[kind], shape) for kind in KINDS} == files


def _wipe():
    gone = (Place, FarmAccount, Coverage, Shift, ShiftChange, CalendarEntry, Qualification, Rotation, Duty)
    for model in (*gone, Experiment, Service, Membership, Group, Person):
        model.objects.all().delete()


def test_a_duty_is_shaped_by_a_file_and_only_what_the_file_says_changes(centre):
    source = "code,weekdays,handovers,checklist_fr\nsupport,lun-jeu,9h,relire | fermer\n"
    [step] = look("duties", source, centre.odile).changed
    assert set(step.changes) == {"weekdays", "handovers", "checklist_fr"}
    bring("duties", source, centre.odile)
    duty = Duty.objects.get(code="support")
    assert (duty.weekdays, duty.handovers, duty.levels) == ([0, 1, 2, 3], ["09:00"], 2)
    assert duty.checklist("fr") == ["relire", "fermer"]
    assert not look("duties", source, centre.odile).steps


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ("round,,mon", "handed over"),
        ("weekly,8:00 20:00,mon", "one time"),
        ("weekly,25:00,mon", "no list of times"),
        ("round,8:00,moonday-", "no day of the week"),
        ("sometimes,8:00,mon", "none of"),
        ("office,8:00,mon", "office hours"),
    ],
)
def test_a_duty_that_can_t_be_held_so_is_kept_aside(cast, cells, says):
    seen = look("duties", f"code,name_fr,name_en,rhythm,handovers,weekdays\nx,X,X,{cells}\n", cast.odile)
    [line] = seen.bad
    assert says in line.reason


def test_qualifications_and_rotations_come_by_file(centre):
    source = "duty,person,from,until\nsupport,lucie,01/01/2020,2027-01-01\nsupport,nobody,2020-01-01,\n"
    done = bring("qualifications", source, centre.odile)
    assert (done.changed, [line.number for line in done.bad]) == (1, [3])
    assert Qualification.objects.get(person=centre.lucie).until == date(2027, 1, 1)
    source = "duty;from;every;people\nsupport;2026-12-07;week;sara lucie sara\nproduction;2026-12-07;;amina\n"
    done = bring("rotations", source, centre.odile)
    assert (done.added, [line.number for line in done.bad]) == (1, [3])  # Production is entered by hand
    people = Rotation.objects.get(starts_on=date(2026, 12, 7)).places.values_list("person__login", flat=True)
    assert list(people) == ["sara", "lucie", "sara"]
    assert Shift.objects.filter(duty__code="support", starts_at__gt="2026-12-08T00:00Z").exists()


def test_coverage_comes_by_file(centre):
    source = "person,line,level,from,until\nlucie,orion,backup,2024-07-01,2027-07-01\nsara,+general,primary,2026-11-22,\n"
    done = bring("coverage", source + "sara,nowhere,primary,2026-11-22,\n", centre.sara)
    assert (done.added, done.changed, [line.number for line in done.bad]) == (1, 1, [4])
    assert list(done.absent) == ["denis · +general · 2026-11-22"]
    row = Coverage.objects.get(person=centre.lucie)
    assert (row.level, row.ends_on) == ("backup", date(2027, 7, 1))
    assert Coverage.objects.get(person=centre.sara).experiment is None
    with pytest.raises(Forbidden):
        look("coverage", source, centre.amina)


def test_an_agreement_by_file_is_in_the_trace_as_such(cast):
    bring("people", "login,name_public\namina,yes\n", cast.ada)
    assert Person.objects.get(login="amina").name_public
    assert AuditRow.objects.get(kind="person.name_public").reason == "said before, by a file"


def test_a_service_may_need_one_that_stands_further_down(db):
    header = "code,name_fr,name_en,plain_fr,plain_en,needs,alarm_names\n"
    done = bring(
        "services", header + "a,A,A,a,a,b,x | y\\|z\nb,B,B,b,b,c,\nc,C,C,c,c,,\nd,D,D,d,d,nowhere,\n"
    )
    assert (done.added, [line.number for line in done.bad]) == (3, [5])
    assert "nowhere" in done.bad[0].reason
    assert {name.name for name in Service.objects.get(code="a").alarm_names.all()} == {"x", "y|z"}


def test_what_a_verb_would_refuse_is_kept_aside_before_anything_is_written(cast):
    seen = look("people", "login,name,administrator\nada,Ada Clerc,no\nnina,Nina,oui\n", cast.ada)
    assert [line.number for line in seen.bad] == []  # Nina takes over: Ada is no longer the last
    seen = look("people", "login,name,administrator\nada,Ada Clerc,no\nnina,Nina,non\n", cast.ada)
    assert [line.number for line in seen.bad] == [2]
    seen = look("shifts", "production,bruno,1,2026-11-22 12:00,2026-11-22 22:00", cast.odile)
    assert "already holds" in seen.bad[0].reason


def test_duplicate_keys_are_kept_aside(cast):
    seen = look("contacts", "experiment,name,address\norion,Zoe,z@x.test\norion,Zoe,y@x.test\n")
    assert [(line.number, line.reason) for line in seen.bad] == [(3, "line 2 is about the same already")]


def test_who_left_does_not_come_back_by_an_old_file(cast):
    leave(VIGIE, cast.bruno)
    seen = look("people", "login,name,phone\nbruno,Bruno Leroy,99 99\n")
    assert "active" in seen.bad[0].reason
    assert bring("people", "login,name,phone,active\nbruno,Bruno Leroy,99 99,oui\n").changed == 1
    assert bring("people", "login,active\nbruno,non\n").changed == 1
    assert not Person.objects.get(login="bruno").is_active


def test_only_those_who_may_edit_may_even_look(cast):
    with pytest.raises(Forbidden):
        look("people", "login,name\nnina,Nina\n", cast.odile)
    with pytest.raises(Forbidden):
        export(cast.amina, KINDS["people"], "csv")
    assert look("experiments", "code,name\nnova,Nova\n", cast.lucie).added


def test_what_changed_since_it_was_seen_is_not_applied(cast):
    source = "login,name\nnina,Nina\namina,Amina M.\n"
    seen = look("people", source, cast.ada)
    bring("people", "login,name\namina,Amina X.\n", cast.ada)
    with pytest.raises(Conflict):
        actions.apply_as_seen(cast.ada, KINDS["people"], source, toml=False, fingerprint=seen.fingerprint)
    assert not Person.objects.filter(login="nina").exists()
    with pytest.raises(Conflict):
        actions.apply_as_seen(
            cast.ada,
            KINDS["people"],
            source + "otto,Otto\n",
            toml=False,
            fingerprint=look("people", source).fingerprint,
        )


def test_a_crash_in_the_middle_leaves_whole_rows_and_again_does_the_rest(cast):
    source = "login,name,groups\n" + "".join(f"p{n},Person {n},ops\n" for n in range(6))

    def die(done):
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        actions.apply(cast.ada, look("people", source), progress=die)
    there = Person.objects.filter(login__startswith="p")
    assert there.count() == 3
    assert all(person.memberships.count() == 1 for person in there)
    done = bring("people", source, cast.ada)
    assert (done.added, done.unchanged) == (3, 3)


@pytest.mark.parametrize(
    "cell", ["=1+1", "'=1", "+33 4 99", "-x", "@a", "plain", "'quoted'", "''=", "", "\uff1d1"]
)
def test_no_cell_is_a_formula_and_each_comes_back(cell):
    assert unguarded(guarded(cell)) == cell
    assert guarded(cell)[:1] not in ("=", "@", "\uff1d")


def test_names_with_bars_come_back():
    value = ("a b", "c|d", "e\\|f")
    assert names(written(value)) == value


def test_looking_leaves_no_lock_behind(cast):
    look("people", "login,name\nnina,Nina\n")
    assert connection.in_atomic_block  # the test's own
    assert not connection.needs_rollback


def test_many_accounts_are_one_act_and_a_bad_one_is_kept_aside(cast):
    header = "cluster,username,experiment,name,mail,language\n"
    source = (
        header
        + 'farm,jroche,orion,Jean Roche,jean@x.test,fr\nfarm,"a\nb",,,,\nfarm,bad one,,,,\nfarm,jroche,,,,\n'
    )
    source += "farm,x,nowhere,,,\nfarm,y,,,no address,\nfarm,z,,,,de\nfarm,w,,,,\n"
    before = AuditRow.objects.count()
    done = bring("accounts", source, cast.lucie)
    assert (done.added, [line.number for line in done.bad]) == (2, [3, 5, 6, 7, 8, 9])
    [row] = AuditRow.objects.filter(pk__gt=0).order_by("pk")[before:]
    assert (row.kind, row.changes["added"], row.changes["changed"]) == ("accounts.saved", 2, 0)
    assert FarmAccount.objects.get(username="jroche").experiment == cast.orion
    assert not look("accounts", source).steps
    done = bring("accounts", "cluster,username,active\nfarm,w,no\n", cast.lucie)
    assert (done.changed, list(done.absent)) == (1, ["farm · jroche"])
    assert FarmAccount.objects.get(username="w").ended_at is not None
    bring("accounts", "cluster,username,active\nfarm,w,yes\n", cast.lucie)
    assert FarmAccount.objects.get(username="w").ended_at is None
