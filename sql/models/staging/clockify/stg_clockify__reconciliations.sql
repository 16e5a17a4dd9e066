{{ stage_reconciliations('clockify') }}
