# The loop of mnist.py, searched, pruned and resumed by Ray Tune 2.60.
import tempfile
from pathlib import Path

import torch
from ray import tune
from ray.tune.schedulers import ASHAScheduler
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


def main(config, epochs=9, seed=1):
    torch.manual_seed(seed)
    train_loader, test_loader = loaders()
    model = Net()
    optimizer = optim.AdamW(model.parameters(), lr=config["lr"])
    scheduler = StepLR(optimizer, step_size=1, gamma=config["gamma"])
    parts = {"model": model, "optimizer": optimizer, "scheduler": scheduler}
    checkpoint, start = tune.get_checkpoint(), 0
    if checkpoint:
        with checkpoint.as_directory() as folder:
            saved = torch.load(Path(folder, "state.pt"))
        for name, part in parts.items():
            part.load_state_dict(saved[name])
        torch.set_rng_state(saved["random"])
        start = saved["epoch"] + 1

    for epoch in range(start, epochs):
        train(model, train_loader, optimizer)
        scheduler.step()
        loss, accuracy = test(model, test_loader)
        state = {name: part.state_dict() for name, part in parts.items()} | {"random": torch.get_rng_state()}
        with tempfile.TemporaryDirectory() as folder:
            torch.save({"epoch": epoch, **state}, Path(folder, "state.pt"))
            checkpoint = tune.Checkpoint.from_directory(folder)
            tune.report({"accuracy": accuracy, "loss": loss}, checkpoint=checkpoint)


if __name__ == "__main__":
    runs = Path("runs").resolve()
    if tune.Tuner.can_restore(str(runs / "mnist")):
        tuner = tune.Tuner.restore(str(runs / "mnist"), main, resume_errored=True)
    else:
        tuner = tune.Tuner(
            main,
            param_space={"lr": tune.loguniform(1e-4, 1e-1), "gamma": tune.uniform(0.5, 1.0)},
            tune_config=tune.TuneConfig(
                metric="accuracy", mode="max", num_samples=16, scheduler=ASHAScheduler(max_t=9)
            ),
            run_config=tune.RunConfig(
                name="mnist", storage_path=str(runs), failure_config=tune.FailureConfig(max_failures=3)
            ),
        )
    print(tuner.fit().get_best_result().metrics["accuracy"])
