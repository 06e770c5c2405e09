"""How the engine keeps a study: rows in a store, arrays in artifacts, both behind one ledger."""
