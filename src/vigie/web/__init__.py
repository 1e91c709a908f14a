"""The desk's pages: parse, call one verb or query, render."""
