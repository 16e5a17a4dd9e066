{{ stage_resource_status('clockodo') }}
