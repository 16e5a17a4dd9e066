{{ union_systems('projects') }}
