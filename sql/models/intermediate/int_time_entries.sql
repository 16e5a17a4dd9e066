{{ union_systems('time_entries') }}
