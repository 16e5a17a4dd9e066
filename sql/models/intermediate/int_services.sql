{{ union_systems('services') }}
