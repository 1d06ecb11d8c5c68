"""Weighted minimax polynomials by Remez's exchange on a dense grid, at mpmath's precision.

Source: E. Y. Remez 1934; the grid replaces the search for extrema between its points.
"""

from mpmath import cos, lu_solve, matrix, mp, mpf, pi

mp.dps = 50


def horner(c, x):
    total = mpf(0)
    for a in reversed(c):
        total = total * x + a
    return total


class Target:
    """A function on [low, high] with the weight of its errors, sampled once."""

    def __init__(self, f, low, high, weight=None, points=1200):
        low, high = mpf(low), mpf(high)
        self.middle, self.radius = (low + high) / 2, (high - low) / 2
        self.grid = [-cos(pi * (k + mpf(1) / 2) / points) for k in range(points)]
        self.values = [f(self.middle + self.radius * t) for t in self.grid]
        at = [self.middle + self.radius * t for t in self.grid]
        self.weights = [1 / abs(y) for y in self.values] if weight is None else [abs(weight(x)) for x in at]

    def minimax(self, terms):
        """Powers of (x - middle) / radius, and the largest weighted error."""
        c, _, worst = self.rational(terms, 1)
        return c, worst

    def rational(self, over, under):
        """p / q with so many terms of (x - middle) / radius, that of q at the middle 1; and the largest weighted error."""
        n, unknowns = len(self.grid), over + under - 1
        places = [min(n - 1, max(0, round((k + 0.5) * n / (unknowns + 1)))) for k in range(unknowns + 1)]
        q = [mpf(1)] + [mpf(0)] * (under - 1)
        for _ in range(40):
            # The error's level multiplies q, which is taken from the round before.
            for _ in range(1 if under == 1 else 3):
                rows, right = [], []
                for k, i in enumerate(places):
                    t, y = self.grid[i], self.values[i]
                    level = (-1) ** k * horner(q, t) / self.weights[i]
                    rows.append([t**j for j in range(over)] + [-y * t**j for j in range(1, under)] + [level])
                    right.append(y)
                found = lu_solve(matrix(rows), matrix(right))
                p, q, level = list(found[:over]), [mpf(1)] + list(found[over:unknowns]), abs(found[unknowns])
            errors = [(horner(p, t) / horner(q, t) - y) * w for t, y, w in zip(self.grid, self.values, self.weights)]
            # One extremum for each run of a sign; of the runs, as many neighbours as there are places, the largest.
            peaks = []
            for i, e in enumerate(errors):
                if peaks and (errors[peaks[-1]] > 0) == (e > 0):
                    if abs(e) > abs(errors[peaks[-1]]):
                        peaks[-1] = i
                else:
                    peaks.append(i)
            while len(peaks) > unknowns + 1:
                peaks.pop(0 if abs(errors[peaks[0]]) < abs(errors[peaks[-1]]) else -1)
            worst = max(abs(e) for e in errors)
            if len(peaks) < unknowns + 1 or worst <= level * mpf('1.01'):
                break
            places = peaks
        return p, q, worst

    def shortest(self, tolerance, start=2):
        """The shortest polynomial within the tolerance."""
        terms = start
        while True:
            c, worst = self.minimax(terms)
            if worst <= tolerance:
                return c, worst
            terms += 1


def shifted(c, middle, radius, to=0):
    """Σ cₖ ((x − middle) / radius)ᵏ as powers of (x − to)."""
    middle, radius, to = mpf(middle), mpf(radius), mpf(to)
    out = [mpf(0)]
    for a in reversed(c):
        # out · ((y + to − middle) / radius) + a, for y = x − to.
        grown = [mpf(0)] * (len(out) + 1)
        for k, b in enumerate(out):
            grown[k] += b * (to - middle) / radius
            grown[k + 1] += b / radius
        grown[0] += a
        out = grown
    return out[: len(c)]
