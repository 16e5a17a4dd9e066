{{ union_systems('absences') }}
