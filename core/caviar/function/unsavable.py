"""The error of a state that cannot be saved, or made again."""

from caviar.values.problem import Problem


class UnsavableState(Problem):
    """A part of a state that cannot be saved or restored; the message names it and its type."""
