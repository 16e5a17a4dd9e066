"""The report: how well were we utilised, and what did we earn.

`timehouse report` opens it on a fresh copy of the marts; TIMEHOUSE_COPY names another.
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Timehouse", css_file="report.css")


@app.cell
def _():
    import marimo as mo

    from notebooks import pages, periods, queries, words

    return mo, pages, periods, queries, words


@app.cell
def _(mo, queries):
    marts = queries.Marts()
    span, choices = marts.span(), marts.choices()
    headers = getattr(mo.app_meta().request, "headers", {})
    return choices, headers, marts, span


@app.cell
def _(choices, headers, mo, periods, queries, span, words):
    teams, accounts = "All teams", "All accounts"

    def choice(label, options, value):
        return mo.ui.dropdown(options, value=value, label=label)

    presets = periods.presets(span["as_of"], span["first_on"] or span["as_of"])
    period = choice("Period", [*presets, periods.CHOSEN], next(iter(presets)))
    denominator = choice(
        "Utilization of", {s.label: name for name, s in queries.SHARES.items()}, "Net capacity"
    )
    team = choice("Team", [teams, *(choices["teams"] or [])], teams)
    account = choice("Account", [accounts, *choices["accounts"]], accounts)
    currencies = choices["currencies"] or [words.NO_CURRENCY]
    currency = choice("Currency", currencies, currencies[0])
    language = choice(
        "Numbers", list(words.LANGUAGES), words.language_of(headers.get("accept-language", ""))
    )
    days = mo.ui.date_range(value=presets["Last month"], label="Days")
    return (
        accounts,
        account,
        currency,
        currencies,
        days,
        denominator,
        language,
        period,
        presets,
        team,
        teams,
    )


@app.cell
def _(
    account, choices, currencies, currency, days, denominator, language, mo, period, periods, team
):
    shown = [period]
    shown += [days] if period.value == periods.CHOSEN else []
    shown += [denominator, team]
    shown += [account] if len(choices["accounts"]) > 1 else []
    shown += [currency] if len(currencies) > 1 else []
    mo.vstack(
        [
            mo.Html("<h1>How well were we utilised, and what did we earn?</h1>"),
            mo.hstack([*shown, language], justify="start", wrap=True),
        ]
    )
    return


@app.cell
def _(
    accounts,
    account,
    currency,
    days,
    denominator,
    language,
    marts,
    pages,
    period,
    periods,
    presets,
    queries,
    span,
    team,
    teams,
    words,
):
    since, until = presets.get(period.value) or days.value
    look = pages.Look(
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
    return (look,)


@app.cell
def _(look, mo, pages):
    mo.Html(pages.summary(look))
    return


@app.cell
def _(mo):
    def show(section):
        parts = [mo.Html(section.head), section.chart, mo.Html(section.figures)]
        return mo.vstack([part for part in parts if part is not None], gap=0.3)

    return (show,)


@app.cell
def _(look, pages, show):
    show(pages.over_time(look))
    return


@app.cell
def _(look, pages, show):
    show(pages.by_person(look))
    return


@app.cell
def _(look, pages, show):
    show(pages.capacity(look))
    return


@app.cell
def _(look, pages, show):
    show(pages.revenue(look, "customer"))
    return


@app.cell
def _(look, pages, show):
    show(pages.revenue(look, "project"))
    return


@app.cell
def _(look, pages, show):
    show(pages.unbilled(look))
    return


@app.cell
def _(look, pages, show):
    show(pages.budgets(look))
    return


if __name__ == "__main__":
    app.run()
