"""What the models say in DuckDB's SQL is said to Spark in its own, and means the same."""

import pytest

from pipelines.spark_sql import in_spark


@pytest.mark.parametrize(
    "own",
    [
        "show table extended in marts like '*'",
        "create schema if not exists marts",
        "alter table a.b set tblproperties ('text' = 'select 1::text')",
    ],
)
def test_what_asks_for_no_rows_stays_as_it_is(own: str) -> None:
    """Such statements are dbt's, which knows that it talks to Spark."""
    assert in_spark(own) == own


def test_of_what_creates_only_the_query_is_translated() -> None:
    """Though its comment may read like one; dbt quotes names as Spark does."""
    created = "/* dbt */ create view a.b comment 'it\\'s as select' as\n "

    assert in_spark(f"{created}select `c`::text from d") == (
        f"{created}SELECT CAST(`c` AS STRING) FROM d"
    )


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("a / b", "CAST(a AS DOUBLE) / b"),
        ("ends_on - a.starts_on", "DATEDIFF(ends_on, a.starts_on)"),
        ("ends_on - 28", "ends_on - 28"),
        ("at at time zone z", "FROM_UTC_TIMESTAMP(at, z)"),
        ("cast(a as timestamp) at time zone z", "TO_UTC_TIMESTAMP(CAST(a AS TIMESTAMP), z)"),
        ("cast(a as timestamp with time zone)", "CAST(a AS TIMESTAMP)"),
        ("cast(a.seen_at as text)", "CAST(a.seen_at AS STRING) || '+00'"),
        ("cast(a as bigint)", "CAST(a AS BIGINT)"),
        ("cast(sum(a) as bigint)", "CAST(ROUND(SUM(a)) AS BIGINT)"),
        ("cast(a / b as bigint)", "CAST(RINT(CAST(a AS DOUBLE) / b) AS BIGINT)"),
        ("extract(epoch from a)", "(UNIX_MICROS(a) / 1000000D)"),
        ("extract(isodow from a)", "EXTRACT(DAYOFWEEK_ISO FROM a)"),
        ("a ~ 'b|c'", "a RLIKE CONCAT('^(', 'b|c', ')$')"),
        ("cast(a as json) ->> 'b'", "GET_JSON_OBJECT(CAST(a AS STRING), '$.b')"),
    ],
)
def test_where_they_differ_it_means_the_same(written: str, told: str) -> None:
    """Floating division, rounding, counted days, instants in UTC, texts that match as a whole."""
    assert in_spark(f"select {written}") == f"SELECT {told}"


def test_each_row_may_have_a_series_of_its_own() -> None:
    """As in PostgreSQL and DuckDB, which need no word for it; none where it would run backwards."""
    written = "select m from t cross join generate_series(t.a, t.b, interval '1 day') as s (m)"

    assert in_spark(written) == (
        "SELECT m FROM t CROSS JOIN LATERAL"
        " (SELECT EXPLODE(CASE WHEN t.a <= t.b THEN SEQUENCE(t.a, t.b, INTERVAL '1' DAY) END) AS m)"
        " AS s"
    )
