"""The half of the extraction that knows no vendor: request → page → columns, windows, replacing."""
