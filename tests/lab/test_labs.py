"""The labs themselves: what they promise to the tests that use them."""

import psycopg
import pytest

from tests.support.browser import PHONE, PageFactory
from tests.support.postgres_lab import PostgresLab


@pytest.mark.lab
def test_postgres_survives_a_crash(postgres_lab: PostgresLab) -> None:
    with psycopg.connect(postgres_lab.url) as connection:
        connection.execute("CREATE TABLE crash AS SELECT 1 AS n")
    postgres_lab.stop("immediate")
    postgres_lab.start()
    with psycopg.connect(postgres_lab.url) as connection:
        row = connection.execute("SELECT n FROM crash").fetchone()
        connection.execute("DROP TABLE crash")
    assert row == (1,)


@pytest.mark.browser
def test_a_page_is_seen_as_its_reader_sees_it(page: PageFactory) -> None:
    one = page(locale="fr", width=PHONE, theme="dark")
    assert one.evaluate("navigator.language") == "fr-FR"
    assert one.evaluate("innerWidth") == PHONE
    assert one.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") is True
