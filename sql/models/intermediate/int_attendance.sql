{{ union_systems('attendance') }}
