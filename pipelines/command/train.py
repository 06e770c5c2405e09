# A program that knows nothing of Caviar: it descends a curved valley, and prints a line of JSON after each epoch.
import argparse
import json
import os

parser = argparse.ArgumentParser()
parser.add_argument("--rate", type=float, required=True)
parser.add_argument("--momentum", type=float, required=True)
parser.add_argument("--state", required=True, help="folder in which it finds what it has saved, to continue")
parser.add_argument("--until", type=int, required=True, help="the epoch after which it may end")
arguments = parser.parse_args()

file = os.path.join(arguments.state, "state.json")
state = {"epoch": 0, "x": [-1.0, 1.5], "speed": [0.0, 0.0]}
if os.path.exists(file):
    with open(file) as saved:
        state = json.load(saved)

while state["epoch"] < arguments.until:
    for _ in range(10):
        a, b = state["x"]
        slope = [2 * (a - 1) - 8 * a * (b - a * a), 4 * (b - a * a)]
        for place, each in enumerate(slope):
            step = arguments.rate * max(-1.0, min(1.0, each))
            state["speed"][place] = arguments.momentum * state["speed"][place] - step
            state["x"][place] += state["speed"][place]
    state["epoch"] += 1
    with open(f"{file}.part", "w") as saved:
        json.dump(state, saved)
    os.replace(f"{file}.part", file)  # first the state, then the line
    a, b = state["x"]
    print(json.dumps({"epoch": state["epoch"], "loss": (a - 1) ** 2 + 2 * (b - a * a) ** 2}), flush=True)
