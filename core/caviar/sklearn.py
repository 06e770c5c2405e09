"""scikit-learn estimators that search and train Caviar's networks: `from caviar.sklearn import MLPClassifier`.

They need scikit-learn: pip install 'caviar-ml[sklearn]'.
"""

from importlib.util import find_spec
from typing import TYPE_CHECKING

from caviar.exports import exports
from caviar.registry.extras import install_line
from caviar.registry.index import own_distribution

_HOMES = {
    "caviar.api.estimators.mlp": ("MLPClassifier", "MLPRegressor"),
    "caviar.api.estimators.search": ("PopulationSearchCV",),
}
__all__ = ["MLPClassifier", "MLPRegressor", "PopulationSearchCV"]

if TYPE_CHECKING:
    from caviar.api.estimators.mlp import MLPClassifier as MLPClassifier
    from caviar.api.estimators.mlp import MLPRegressor as MLPRegressor
    from caviar.api.estimators.search import PopulationSearchCV as PopulationSearchCV

if find_spec("sklearn") is None:
    raise ImportError(f"caviar.sklearn needs scikit-learn; {install_line(own_distribution(), 'scikit-learn')}")

__getattr__, __dir__ = exports(__name__, _HOMES)
