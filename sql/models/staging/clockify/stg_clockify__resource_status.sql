{{ stage_resource_status('clockify') }}
