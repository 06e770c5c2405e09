"""Starters: for each kind a small plugin, its tests and a pipeline, as templates that `pipe init --plugin` fills in.

`$name` is the plugin's name, `$module` its package, `$cls` its class and `$bases` what stands behind the class's name.
"""
