{{ union_systems('teams') }}
