"""Scripts read who covers what, holes ahead, who answers, and what changes hands."""

from datetime import date

from tests.support.cast import Cast

from vigie.experiments.coverage import actions
from vigie.people.actions import plan_departure


def test_a_script_reads_coverage(cast: Cast, caller):
    actions.cover(
        cast.sara, person=cast.lucie, experiment=cast.lyra, level="primary", starts_on=date(2024, 1, 1)
    )
    plan_departure(cast.sara, cast.lucie, on=date(2027, 7, 1))
    actions.take_over(cast.sara, key="k", what="keys", taker=cast.denis, due_on=date(2026, 12, 1))
    script = caller(cast.lucie, ["read"])
    lyra = next(row for row in script.get("/coverage").json() if row["line"] == "lyra")
    assert (lyra["state"], lyra["coverage"][0]["login"]) == ("single", "lucie")
    none = [row for row in script.get("/coverage/holes").json() if row["state"] == "none" and row["start"]]
    assert [(row["line"], row["start"], row["cause"]) for row in none] == [
        ("lyra", "2027-07-01", "departure")
    ]
    answer = "/coverage/lines/lyra/answers"
    assert script.get(answer).json()["persons"][0]["login"] == "lucie"
    later = script.get(f"{answer}?at=2027-07-02T00:00:00Z").json()
    assert (later["level"], later["persons"][0]["login"]) == ("lead", "sara")
    assert script.get("/coverage/taking-over").json()["items"][0]["taker"] == "denis"
    assert script.get("/coverage/lines/nothing/answers").status_code == 404
