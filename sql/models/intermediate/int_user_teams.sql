{{ union_systems('user_teams') }}
