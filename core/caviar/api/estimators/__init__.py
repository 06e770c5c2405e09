"""Caviar's networks as scikit-learn estimators; `caviar.sklearn` names them."""
