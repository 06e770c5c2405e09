"""From a TOML file to a checked, declared pipeline; every mistake with its line."""
