"""The JSON API: parse, call one verb or query, answer."""
