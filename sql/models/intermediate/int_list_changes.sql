{{ union_systems('list_changes') }}
