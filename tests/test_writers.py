"""Who may write: a row changes in a domain's `actions`, audited, with its news, in one transaction. Nowhere else."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent / "src" / "vigie"

WRITES = frozenset(
    {
        "save",
        "create",
        "update",
        "delete",
        "bulk_create",
        "bulk_update",
        "get_or_create",
        "update_or_create",
        "change_one",
        "move",
    }
)
# Methods of the same names on things that are no rows: dict.update, hash.update…
NOT_ROWS = frozenset(
    {
        "router",
        "context",
        "found",
        "data",
        "known",
        "headers",
        "query",
        "form",
        "fields",
        "attrs",
        "digest",
        "image",
        "bar",
        "np",
    }
)

MAY_WRITE = {
    "kernel": "the rows of the house itself: audit, events, dispatch, intents, module locks",
    "demo": "invents a past: it writes what nobody did",
    "worker/lock.py": "the lock of a module, and how its last run ended: no change that anybody made",
    "worker/modules.py": "deletes sessions that ended",
}

# Verbs of a domain that write without an audit row, each with its reason.
NO_AUDIT = {
    "duty.write_step": "part of climbing, acknowledging and standing down, which audit",
    "notices.tidy": "requests to subscribe that nobody confirmed: no row that anybody made a change to",
    "outages.forget_author": "part of the erasure of a person, which audits without their name",
    "duty.forget_maker": "same",
    "duty.forget_person": "same",
    "jobs.forget_exempter": "same",
    "outages.forget_sender": "part of the erasure of a person, which audits without their name",
    "post.leave_to_a_person": "part of receiving a mail, which audits",
    "notices.open_thread": "a thread is opened by the verb that opens its outage, which audits",
    "notices.note_standing": "what was told is frozen in the version already; this keeps where it stands for quick reads",
    "dayone.keep": "a file that somebody looks at: it changes nothing until it is wanted, which audits",
    "people.note_use": "when a token was last used: no change of what it may do",
    "post.enqueue": "written in the transaction of the verb that wants it sent, which audits",
    "duty.note_asked": "when a door sign was last asked for: no change of what it shows",
    "duty.put_many": "part of the verbs over the rota, which audit",
    "duty.put": "same",
    "duty.take": "same",
    "duty.hand_on": "same",
    "duty.trim": "same",
    "duty.make_room": "same",
    "duty.settle": "same; it audits, in the transaction of its verb",
    "jobs.keep_lines": "part of an import, which audits; or what a batch system printed: no change that anybody made",
    "jobs.poll": "how far a batch system's history is known: nobody decides it, and each look would be a row",
    "jobs.bring_in": "the row of an import that begins; its end audits, in the transaction of what it wrote",
    "jobs.note_outage": "what the jobs know of an outage: a copy of what its own verbs audit",
    "jobs.forget_before": "measures too old to be kept: no row that anybody made a change to",
    "services.hold": "changes nothing: it locks",
}


NO_VERBS = (
    "demo/",
    "public/",
)  # an invented past; builds and pushes of the site, whose rows are their own trail


def modules() -> Iterator[tuple[str, ast.Module]]:
    """(path under src/vigie, its syntax tree) of everything but tests and migrations."""
    for path in sorted(ROOT.rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if not path.name.startswith(("test_", "conftest")) and "/migrations/" not in name:
            yield name, ast.parse(path.read_text("utf-8"))


def is_actions(name: str) -> bool:
    return name.endswith("/actions.py") or "/actions/" in name


def writes(tree: ast.AST) -> Iterator[ast.Call]:
    """Calls that change rows: `….objects.update(…)`, `row.save()`, `change_one(row, …)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _is_write(node):
            yield node


def _is_write(call: ast.Call) -> bool:
    if isinstance(call.func, ast.Name):
        return call.func.id == "change_one"
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in WRITES:
        return False
    owner = ast.unparse(call.func.value)
    if call.func.attr == "move":
        return owner.isupper()  # a lifecycle: OUTAGE.move(row, …)
    return owner not in NOT_ROWS and not owner.endswith(("found", "context", "headers", "session"))


def test_rows_change_in_actions_only():
    strays = [
        f"src/vigie/{name}:{call.lineno}: {ast.unparse(call)[:80]}"
        for name, tree in modules()
        if not is_actions(name) and not any(name == may or name.startswith(f"{may}/") for may in MAY_WRITE)
        for call in writes(tree)
    ]
    assert not strays, "write in the domain's actions.py, or give the reason in MAY_WRITE:\n" + "\n".join(
        strays
    )


def functions() -> Iterator[tuple[str, str, ast.FunctionDef]]:
    """(domain, module, function) of every top-level function of a domain's actions."""
    for name, tree in modules():
        if is_actions(name) and not name.startswith(NO_VERBS):
            for node in tree.body:
                if isinstance(node, ast.FunctionDef):
                    yield name.split("/", 1)[0], name, node


def calls(function: ast.FunctionDef) -> set[str]:
    """The last names of everything a function calls: {"record", "emit", "change_one", "_changed"…}."""
    return {
        node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)
    }


def reaches(
    function: ast.FunctionDef, wanted: str, known: dict[str, ast.FunctionDef], seen: set[str]
) -> bool:
    """Whether the function calls `wanted`, itself or through others of its domain."""
    seen.add(function.name)
    named = calls(function)
    return wanted in named or any(
        reaches(known[name], wanted, known, seen) for name in named & known.keys() - seen
    )


def is_atomic(function: ast.FunctionDef) -> bool:
    return any("atomic" in ast.unparse(decorator) for decorator in function.decorator_list)


def test_every_verb_audits_in_the_transaction_of_its_change():
    everything = list(functions())
    faults = []
    for domain, path, function in everything:
        known = {other.name: other for where, _path, other in everything if where == domain}
        public = not function.name.startswith("_")
        if (
            not public
            or f"{domain}.{function.name}" in NO_AUDIT
            or not any(True for _call in writes(function))
        ):
            continue
        if not reaches(function, "record", known, set()):
            faults.append(
                f"src/vigie/{path}:{function.lineno}: {function.name} changes rows without an audit row"
            )
        if not is_atomic(function):
            faults.append(f"src/vigie/{path}:{function.lineno}: {function.name} is not one transaction")
    assert not faults, "\n".join(faults)


def test_no_exception_outlives_its_reason():
    verbs = {f"{domain}.{function.name}" for domain, _path, function in functions()}
    assert verbs >= NO_AUDIT.keys()
    assert all((ROOT / name).exists() for name in MAY_WRITE)
