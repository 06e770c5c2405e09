"""Whether a study may be resumed, and the numeric identity that it was started under."""
