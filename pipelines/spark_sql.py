"""The SQL of the models, which is DuckDB's, as Spark understands it.

sqlglot translates. Here stands what it cannot know, or says otherwise than Spark takes it. Spark
has one kind of moment here, as its sessions are in UTC: local times are as if they were UTC's.
"""

from typing import ClassVar

from sqlglot import ErrorLevel, TokenType, exp, parse_one
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.dialects.spark import Spark
from sqlglot.generators.spark import SparkGenerator

QUERIES = {TokenType.SELECT, TokenType.WITH}
WITHOUT_ZONE = exp.DType.TIMESTAMPNTZ
KEPT = (exp.Column, exp.Literal, exp.Null)
PARTS = {"ISODOW": "DAYOFWEEK_ISO", "ISOYEAR": "YEAROFWEEK"}


def in_spark(statement: str) -> str:
    """Translate the query in a statement of dbt's; all that is around it is Spark's own."""
    tokens = Spark().tokenize(statement)
    before = TokenType.ALIAS  # a query stands by itself, or behind `create … as`
    for token in tokens:
        if token.token_type in QUERIES and before == TokenType.ALIAS:
            query = parse_one(statement[token.start :], read=Written)
            return statement[: token.start] + query.sql(Told, unsupported_level=ErrorLevel.RAISE)
        before = token.token_type
    return statement


def _is_called(side: exp.Expr, ending: str) -> bool:
    """Whether it is a day, `_on`, or an instant, `_at`: columns are called by what they are."""
    return isinstance(side, exp.Column) and side.name.endswith(ending)


def _at_time_zone(self: SparkGenerator, at: exp.AtTimeZone) -> str:
    """Tell local times from instants: they are cast to one in place, or UTC's, which is alike."""
    local = isinstance(at.this, exp.Cast) and at.this.is_type(WITHOUT_ZONE)
    return self.func(f"{'TO' if local else 'FROM'}_UTC_TIMESTAMP", at.this, at.args["zone"])


def _cast(self: SparkGenerator, cast: exp.Cast) -> str:
    """Keep JSON as text, take lists of it apart, name an instant's zone, round to integers."""
    if cast.to.is_type("json[]"):
        return self.func("FROM_JSON", cast.this, exp.Literal.string("ARRAY<STRING>"))
    if cast.to.is_type("json"):
        return self.sql(exp.cast(cast.this, "text"))
    if cast.to.is_type("text") and _is_called(cast.this, "_at"):
        return f"CAST({self.sql(cast, 'this')} AS STRING) || '+00'"
    if cast.to.is_type("bigint") and not isinstance(cast.this, KEPT):
        floating = cast.this.find(exp.Extract, exp.Div)  # DuckDB rounds its halves to even
        whole = self.func("RINT" if floating else "ROUND", cast.this)
        return f"CAST({whole} AS BIGINT)"
    return SparkGenerator.cast_sql(self, cast)


def _divide(self: SparkGenerator, divide: exp.Div) -> str:
    return f"CAST({self.sql(divide, 'this')} AS DOUBLE) / {self.sql(divide, 'expression')}"


def _extract(self: SparkGenerator, extract: exp.Extract) -> str:
    part = extract.name.upper()
    if part == "EPOCH":
        return f"(UNIX_MICROS({self.sql(extract, 'expression')}) / 1000000D)"
    return f"EXTRACT({PARTS.get(part, part)} FROM {self.sql(extract, 'expression')})"


def _minus(self: SparkGenerator, minus: exp.Sub) -> str:
    """Count the days between two."""
    sides = (minus.this, minus.expression)
    if all(_is_called(side, "_on") for side in sides):
        return self.func("DATEDIFF", *sides)
    return self.binary(minus, "-")


def _matches(self: SparkGenerator, match: exp.RegexpFullMatch) -> str:
    return f"{self.sql(match, 'this')} RLIKE CONCAT('^(', {self.sql(match, 'expression')}, ')$')"


def _table(self: SparkGenerator, table: exp.Table) -> str:
    """Let each row have a series of its own, which is none where it would end before it begins."""
    if isinstance(table.this, exp.GenerateSeries):
        (column,), name = table.args["alias"].columns, table.args["alias"].name
        first, last = (self.sql(table.this, end) for end in ("start", "end"))
        series = f"CASE WHEN {first} <= {last} THEN {self.sql(table.this)} END"
        return f"LATERAL (SELECT EXPLODE({series}) AS {column.name}) AS {name}"
    return SparkGenerator.table_sql(self, table)


class Written(DuckDB):
    """What the models are written in; dbt quotes names as Spark does."""

    class Tokenizer(DuckDB.Tokenizer):
        """Knows both kinds of quotes."""

        IDENTIFIERS: ClassVar = ['"', "`"]


class Told(Spark):
    """What Spark is told."""

    class Generator(SparkGenerator):
        """Says in Spark's words what is above."""

        TYPE_MAPPING: ClassVar = {**SparkGenerator.TYPE_MAPPING, WITHOUT_ZONE: "TIMESTAMP"}
        TRANSFORMS: ClassVar = {
            **SparkGenerator.TRANSFORMS,
            exp.AtTimeZone: _at_time_zone,
            exp.Cast: _cast,
            exp.Div: _divide,
            exp.Extract: _extract,
            exp.RegexpFullMatch: _matches,
            exp.Sub: _minus,
            exp.Table: _table,
        }
