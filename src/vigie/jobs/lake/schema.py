"""What the lake's files hold: JOBS as adapters yield it, and what the lake itself must know of a row.

A column added later is null in the files written before; a column that this version doesn't know is left out.
"""

import pyarrow as pa

from vigie.contracts.batch import JOBS, MOMENT

KEY = ("cluster", "job_id", "submitted", "started")
"""What tells one attempt from another, in `jobs`; in `samples` the moment `seen` comes to it."""

SAMPLES = JOBS.append(pa.field("seen", MOMENT, nullable=False))
"""One row per running attempt and look at the farm."""

STORED_JOBS = JOBS.append(pa.field("written", MOMENT, nullable=False)).append(
    pa.field("moved", pa.bool_(), nullable=False)
)
"""`written` orders the versions of an attempt: the latest counts. `moved`: it ended on another day than was said."""

STORED_SAMPLES = SAMPLES.append(pa.field("written", MOMENT, nullable=False))

ACCOUNTS = pa.schema(
    [(name, pa.string()) for name in ("cluster", "user", "experiment", "person", "language")]
)
NODE_MAP = pa.schema([(name, pa.string()) for name in ("cluster", "node", "rack")])
QUEUE_MAP = pa.schema([(name, pa.string()) for name in ("cluster", "queue", "service")])
MAPS = {"accounts": ACCOUNTS, "node_map": NODE_MAP, "queue_map": QUEUE_MAP}
"""Tables that the desk hands to an engine; each has one row per account, node, queue. Missing: empty."""
