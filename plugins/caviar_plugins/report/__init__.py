"""The report: what is known about runs, as one HTML page that needs no network."""
