"""Whether a study may be resumed: compares its file, data, plugins and numeric identity with the current ones."""
