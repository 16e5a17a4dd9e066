{{ stage_reconciliations('clockodo') }}
