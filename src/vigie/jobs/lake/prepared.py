"""The view that detectors and explanations read: a row of JOBS, and what the desk knows about its user, node, queue.

Plain SQL in DuckDB's words, without what sqlglot can't say to Spark. The maps are tables of their own (`schema.MAPS`);
read straight from a file, they are empty and what they would say is null.
"""

# A uuid or a hexadecimal number of eight digits or more becomes *, any other number #. Long decimal numbers first
# (a date is a number, not a hash); they may stand inside a hash, hence the # in the pattern of those.
NAME_SHAPE = """
substr(
  regexp_replace(regexp_replace(regexp_replace(regexp_replace(lower(substr(j.name, 1, 200)),
    '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}', '*', 'g'),
    '[0-9]{8,}', '#', 'g'),
    '[0-9a-f#]{8,}', '*', 'g'),
    '[0-9]+', '#', 'g'),
  1, 60)
"""

RACKS = """
SELECT s.cluster, s.nodes,
  CASE WHEN count(m.rack) = count(*) AND min(m.rack) = max(m.rack) THEN min(m.rack) END AS rack
FROM (
  SELECT d.cluster, d.nodes, unnest(d.nodes) AS node
  FROM (SELECT DISTINCT cluster, nodes FROM {source} WHERE array_length(nodes) > 1) AS d
) AS s
LEFT JOIN node_map AS m ON m.cluster = s.cluster AND m.node = s.node
GROUP BY s.cluster, s.nodes
"""

PREPARED = """
SELECT j.*,
  a.experiment AS experiment,
  a.person AS person,
  a.language AS language,
  CASE WHEN array_length(j.nodes) > 1 THEN r.rack ELSE n.rack END AS rack,
  CASE WHEN array_length(j.nodes) = 1 THEN j.nodes[1] END AS node,
  q.service AS service,
  {name_shape} AS name_shape,
  j.cpu_s / nullif(j.elapsed_s * j.cores, 0) AS efficiency,
  extract(hour FROM j.started AT TIME ZONE '{zone}') AS hour
FROM {source} AS j
LEFT JOIN accounts AS a ON a.cluster = j.cluster AND a."user" = j."user"
LEFT JOIN node_map AS n ON n.cluster = j.cluster AND n.node = j.nodes[1]
LEFT JOIN queue_map AS q ON q.cluster = j.cluster AND q.queue = j.queue
LEFT JOIN ({racks}) AS r ON r.cluster = j.cluster AND r.nodes = j.nodes
"""


def prepared(source: str, zone: str) -> str:
    """The SQL of the view over the relation `source`; `zone` is the centre's, a name of the IANA database."""
    return PREPARED.format(
        source=source, zone=zone.replace("'", "''"), name_shape=NAME_SHAPE, racks=RACKS.format(source=source)
    )
