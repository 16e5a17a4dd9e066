{{ union_systems('time_accounts') }}
