{{ union_systems('entry_changes') }}
