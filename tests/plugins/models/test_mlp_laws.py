"""mlp: the laws of models."""

from caviar.testing import ModelContract
from caviar_plugins import MLP, BatchNorm, Mish, Parametric


class TestMLP(ModelContract):
    model = MLP(layers=2, units=5)


class TestMLPWithBatchNorm(ModelContract):
    model = MLP(layers=2, units=5)
    normalizer = BatchNorm()


class TestMLPWithBatchNormAfterTheActivation(ModelContract):
    model = MLP(units=(7, 4))
    normalizer = BatchNorm(place="after-activation")


class TestMLPWithDropout(ModelContract):
    model = MLP(layers=2, units=9, dropout=0.3)


class TestLinearModel(ModelContract):
    model = MLP(layers=0)


class TestMLPWithParametricActivation(ModelContract):
    model = MLP(layers=2, units=5, activation=Parametric(Mish()))


class TestMLPWithParametricActivationBeforeBatchNorm(ModelContract):
    model = MLP(layers=2, units=5, activation=Parametric())
    normalizer = BatchNorm(place="after-activation")
