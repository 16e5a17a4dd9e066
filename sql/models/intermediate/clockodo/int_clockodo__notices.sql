{{ notices('clockodo') }}
