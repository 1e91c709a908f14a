"""The vigie command: parse, call one verb or query, print."""
