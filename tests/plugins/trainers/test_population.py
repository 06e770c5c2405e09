"""The population trainer keeps the laws, whatever its settings."""

from caviar.testing import TrainerContract
from caviar_plugins import PopulationTrainer


class TestPopulationTrainer(TrainerContract):
    trainer = PopulationTrainer(epochs=4, batch_size=16)


class TestThatItRemembersTheBest(TrainerContract):
    trainer = PopulationTrainer(epochs=4, batch_size=16, keep="best", patience=2, dtype="float64")
