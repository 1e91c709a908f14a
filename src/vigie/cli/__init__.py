"""The command line: parse, call one verb or query, print. Heavy parts are loaded by the command that needs them."""
