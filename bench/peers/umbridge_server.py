# Rosenbrock's function in ten dimensions with its gradient, written by hand with NumPy, on UM-Bridge's Python server.

import sys

import numpy as np
import umbridge


class Rosenbrock(umbridge.Model):
    def __init__(self):
        super().__init__("rosenbrock")

    def get_input_sizes(self, config):
        return [10]

    def get_output_sizes(self, config):
        return [1]

    def __call__(self, parameters, config):
        x = np.asarray(parameters[0])
        return [[float(np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2))]]

    def gradient(self, out_wrt, in_wrt, parameters, sens, config):
        x = np.asarray(parameters[in_wrt])
        d = x[1:] - x[:-1] ** 2
        g = np.zeros_like(x)
        g[:-1] = -400.0 * x[:-1] * d - 2.0 * (1 - x[:-1])
        g[1:] += 200.0 * d
        return (g * sens[0]).tolist()

    def supports_evaluate(self):
        return True

    def supports_gradient(self):
        return True


umbridge.serve_models([Rosenbrock()], int(sys.argv[1]))
