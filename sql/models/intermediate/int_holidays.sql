{{ union_systems('holidays') }}
