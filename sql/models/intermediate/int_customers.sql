{{ union_systems('customers') }}
