{{ union_systems('raw_totals') }}
