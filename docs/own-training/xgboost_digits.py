# Boosted trees of XGBoost; ten more trees for each class are an epoch, and the model so far is the state.
import caviar
import xgboost
from caviar_plugins import Int, Log, Uniform
from sklearn.datasets import load_digits

x, y = load_digits(return_X_y=True)
train_rows, test_rows = xgboost.DMatrix(x[:1400], y[:1400]), xgboost.DMatrix(x[1400:], y[1400:])


@caviar.trial(metric="error", goal="minimize", epochs=9)
def train(eta=Log(1e-2, 1.0), max_depth=Int(2, 8), subsample=Uniform(0.5, 1.0), *, seed, state=None):
    settings = {"eta": eta, "max_depth": max_depth, "subsample": subsample, "nthread": 1}
    settings |= {"objective": "multi:softprob", "num_class": 10, "eval_metric": ["mlogloss", "merror"]}
    state = state or {"epoch": 0, "model": None}
    epoch, model = state["epoch"], state["model"]
    while True:
        settings["seed"] = seed + epoch
        booster = xgboost.train(settings, train_rows, 10, xgb_model=model and bytearray(model))
        epoch, model = epoch + 1, bytes(booster.save_raw())
        scores = booster.eval(test_rows).split()[1:]  # "eval-mlogloss:0.2", "eval-merror:0.05"
        loss, error = (float(score.partition(":")[2]) for score in scores)
        yield {"error": error, "loss": loss}, {"epoch": epoch, "model": model}
