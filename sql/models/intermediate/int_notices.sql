{{ union_systems('notices') }}
