"""One module per command of the first level; `vigie.cli.main.commands` lists them."""
