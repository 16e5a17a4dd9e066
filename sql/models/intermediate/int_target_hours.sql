{{ union_systems('target_hours') }}
