# The loop of mnist.py, searched and pruned by Optuna 5, and resumed after a crash.
import os
from pathlib import Path

import optuna
import torch
from optuna.storages import RDBStorage, RetryHeartbeatStaleTrialCallback
from optuna.study import MaxTrialsCallback
from optuna.trial import TrialState
from sklearn.datasets import load_digits
from torch import nn, optim
from torch.nn import functional
from torch.optim.lr_scheduler import StepLR
from torch.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3)
        self.conv2 = nn.Conv2d(16, 32, 3)
        self.dropout = nn.Dropout(0.25)
        self.hidden = nn.Linear(128, 64)
        self.output = nn.Linear(64, 10)

    def forward(self, x):
        x = functional.relu(self.conv1(x))
        x = functional.max_pool2d(functional.relu(self.conv2(x)), 2)
        x = functional.relu(self.hidden(self.dropout(x.flatten(1))))
        return self.output(x)


def loaders():
    images, labels = load_digits(return_X_y=True)
    images = torch.tensor(images / 16, dtype=torch.float32).reshape(-1, 1, 8, 8)
    labels = torch.tensor(labels)
    train, test = TensorDataset(images[:1400], labels[:1400]), TensorDataset(images[1400:], labels[1400:])
    return DataLoader(train, batch_size=64, shuffle=True), DataLoader(test, batch_size=512)


def train(model, loader, optimizer):
    model.train()
    for images, labels in loader:
        optimizer.zero_grad()
        loss = functional.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()


@torch.no_grad()
def test(model, loader):
    model.eval()
    loss = correct = 0
    for images, labels in loader:
        output = model(images)
        loss += functional.cross_entropy(output, labels, reduction="sum").item()
        correct += (output.argmax(1) == labels).sum().item()
    return loss / len(loader.dataset), correct / len(loader.dataset)


def main(trial, epochs=9, seed=1):
    lr = trial.suggest_float("lr", 1e-4, 1e-1, log=True)
    gamma = trial.suggest_float("gamma", 0.5, 1.0)
    torch.manual_seed(seed)
    train_loader, test_loader = loaders()
    model = Net()
    optimizer = optim.AdamW(model.parameters(), lr=lr)
    scheduler = StepLR(optimizer, step_size=1, gamma=gamma)
    parts = {"model": model, "optimizer": optimizer, "scheduler": scheduler}
    first = RetryHeartbeatStaleTrialCallback.retried_trial_number(trial.study.trials[trial.number])
    checkpoint, start = Path(f"checkpoints/{trial.number if first is None else first}.pt"), 0
    if checkpoint.exists():
        saved = torch.load(checkpoint)
        for name, part in parts.items():
            part.load_state_dict(saved[name])
        torch.set_rng_state(saved["random"])
        start, accuracy = saved["epoch"] + 1, saved["accuracy"]

    for epoch in range(start, epochs):
        train(model, train_loader, optimizer)
        scheduler.step()
        loss, accuracy = test(model, test_loader)
        state = {name: part.state_dict() for name, part in parts.items()} | {"random": torch.get_rng_state()}
        checkpoint.parent.mkdir(exist_ok=True)
        torch.save({"epoch": epoch, "accuracy": accuracy, **state}, f"{checkpoint}.part")
        os.replace(f"{checkpoint}.part", checkpoint)
        trial.report(accuracy, epoch)
        if trial.should_prune():
            raise optuna.TrialPruned
    return accuracy


if __name__ == "__main__":
    retry = RetryHeartbeatStaleTrialCallback(max_retry=3, inherit_intermediate_values=True)
    storage = RDBStorage("sqlite:///mnist.db", heartbeat_interval=10, heartbeat_stale_trial_callback=retry)
    study = optuna.create_study(
        study_name="mnist",
        storage=storage,
        load_if_exists=True,
        direction="maximize",
        pruner=optuna.pruners.HyperbandPruner(max_resource=9),
    )
    study.optimize(main, callbacks=[MaxTrialsCallback(16, states=(TrialState.COMPLETE, TrialState.PRUNED))])
    print(study.best_trial.values)
