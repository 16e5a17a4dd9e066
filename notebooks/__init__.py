"""What people look at: a report app and a notebook, which read a published copy of the marts."""
