"""Conformance kits: plugin authors subclass them in their tests."""
