"""The static site with a long past: built whole, built again unchanged, built after one more notice."""

import os
import time

import _lab

PAST = _lab.number("PAST", 10_000)


def main() -> None:
    with _lab.folder() as data:
        _lab.set_up(data)
        import history  # noqa: PLC0415 # after Django is set up

        from vigie.outages import actions, queries  # noqa: PLC0415 # same
        from vigie.public.actions import build  # noqa: PLC0415 # same

        started = time.perf_counter()
        cast = history.make(PAST)
        made = time.perf_counter() - started
        rows = []
        for what in ("whole", "nothing changed", "one more notice"):
            if what == "one more notice":
                outage = queries.ongoing()[0]
                draft = actions.compose(cast.lucie, outage)
                actions.approve(cast.lucie, outage, draft)
                actions.publish(cast.lucie, outage, draft)
            done = build()
            rows.append((what, f"{done.seconds:.2f}", done.files, len(done.written), len(done.removed)))
        whole = float(rows[0][1])
        size = sum(
            os.path.getsize(os.path.join(folder, name))  # noqa: PTH118, PTH202 # ten thousands of files: the fast way
            for folder, _folders, names in os.walk(done.folder)
            for name in names
        )
        _lab.table(
            f"public_site: {PAST} past outages, {size / 1e6:.0f} MB",
            ("build", "seconds", "files", "written", "removed", "of the whole build"),
            [(*row, f"{float(row[1]) / whole:.3f}") for row in rows],
            f"the past was made in {made:.0f} s by benchmarks/history.py",
        )


if __name__ == "__main__":
    main()
