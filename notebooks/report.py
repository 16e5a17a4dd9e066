"""The report: how well were we utilised, and what did we earn.

`timehouse report` opens it on a fresh copy of the marts; TIMEHOUSE_COPY names another.
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Timehouse", css_file="report.css")


@app.cell
def _():
    import marimo as mo

    from notebooks import hours, look, money, periods, queries, shares, summary, words

    return hours, look, mo, money, periods, queries, shares, summary, words


@app.cell
def _(mo, queries):
    marts = queries.Marts()
    span, choices = marts.span(), marts.choices()
    headers = getattr(mo.app_meta().request, "headers", {})
    return choices, headers, marts, span


@app.cell
def _(choices, headers, mo, periods, shares, span, words):
    names = choices["teams"] or []
    teams, accounts = "All teams" + " together" * ("All teams" in names), "All accounts"

    def choice(label, options, value):
        return mo.ui.dropdown(options, value=value, label=label)

    as_of = span["as_of"]
    presets = periods.presets(as_of, span["first_on"] or as_of, span["last_on"] or as_of)
    period = choice("Period", [*presets, periods.CHOSEN], next(iter(presets)))
    denominator = choice(
        "Utilization of", {s.label: name for name, s in shares.SHARES.items()}, "Net capacity"
    )
    team = choice("Team", [teams, *names], teams)
    account = choice("Account", [accounts, *choices["accounts"]], accounts)
    currencies = choices["currencies"] or [words.NO_CURRENCY]
    currency = choice("Currency", currencies, currencies[0])
    language = choice(
        "Numbers", list(words.LANGUAGES), words.language_of(headers.get("accept-language", ""))
    )
    # Shown by the cell that makes them: one that only uses them would redraw them at each choice.
    shown = [period, denominator, team]
    shown += [account] if len(choices["accounts"]) > 1 else []
    shown += [currency] if len(currencies) > 1 else []
    mo.vstack(
        [
            mo.Html("<h1>How well were we utilised, and what did we earn?</h1>"),
            mo.hstack([*shown, language], justify="start", wrap=True),
        ]
    )
    return account, accounts, currency, denominator, language, period, presets, team, teams


@app.cell
def _(mo, period, periods, presets):
    first, last = (
        mo.ui.text(value=day.isoformat(), label=label)
        for day, label in zip(presets["Last month"], ("From", "to"), strict=True)
    )
    mo.hstack([first, last], justify="start") if period.value == periods.CHOSEN else None
    return first, last


@app.cell
def _(first, last, mo, period, periods, presets, words):
    since, until = presets.get(period.value) or periods.chosen(first.value, last.value)
    mo.stop(since is None, mo.Html(words.warning(["A day is written as 2026-10-31."])))
    return since, until


@app.cell
def _(
    accounts,
    account,
    currency,
    denominator,
    language,
    look,
    marts,
    periods,
    queries,
    since,
    span,
    team,
    teams,
    until,
    words,
):
    seen = look.Look(
        marts,
        queries.Scope(
            since,
            until,
            span["as_of"],
            periods.unit(since, until),
            currency.value,
            None if account.value == accounts else account.value,
            None if team.value == teams else team.value,
        ),
        words.Words(language.value),
        denominator.value,
        span["built_at"],
    )
    return (seen,)


@app.cell
def _(mo, seen, summary):
    mo.Html(summary.summary(seen))
    return


@app.cell
def _(mo):
    def show(section):
        parts = [mo.Html(section.head), section.chart, mo.Html(section.figures)]
        return mo.vstack([part for part in parts if part is not None], gap=0.3)

    return (show,)


@app.cell
def _(hours, seen, show):
    show(hours.over_time(seen))
    return


@app.cell
def _(hours, seen, show):
    show(hours.by_person(seen))
    return


@app.cell
def _(hours, seen, show):
    show(hours.capacity(seen))
    return


@app.cell
def _(money, seen, show):
    show(money.revenue(seen, "customer"))
    return


@app.cell
def _(money, seen, show):
    show(money.revenue(seen, "project"))
    return


@app.cell
def _(money, seen, show):
    show(money.unbilled(seen))
    return


@app.cell
def _(money, seen, show):
    show(money.budgets(seen))
    return


if __name__ == "__main__":
    app.run()
