"""Whether a study may be resumed: its file, data, plugins and numeric identity are compared with those of now."""
