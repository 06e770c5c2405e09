"""Small tools without knowledge of plugins: files, bytes, context managers."""
