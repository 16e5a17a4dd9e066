{{ notices('clockify') }}
