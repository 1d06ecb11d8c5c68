"""Random programs in the subset of Python with jax.numpy names that JAX runs and a request's `program` may be.

A program grows statement by statement; each is tried at once, and kept when its values are finite, small and away from
kinks and ties, where conventions differ.
"""

import collections
import functools
import random
import re

import jax
import jax.numpy as jnp
import numpy as np

from smooth import BINARY, COMMON_BINARY, COMMON_UNARY, UNARY, clear, distinct

jax.config.update("jax_enable_x64", True)

LARGEST, HIGHEST = 24, 12.0
NAMES = {"jnp": jnp, "jax": jax, "functools": functools}


class Program:
    def __init__(self, seed, kind):
        self.rng = random.Random(f"{kind}/{seed}")
        self.kind = kind  # plain: what PyTorch's stand-in knows; single: with float32; full: everything in float64
        self.lines = []
        self.count = 0
        self.space = dict(NAMES)
        self.reads = collections.Counter()
        self.inputs = {}
        self.functions = []
        self.make_inputs()

    # -- inputs

    def make_inputs(self):
        r = self.rng
        m, n = r.randint(2, 4), r.randint(2, 3)
        shapes = [[m], [n], [m, n], [n, m], [n, n], [1, n], [2, m, 1], []]
        names = ["x", "y", "w", "u"]
        for name in names[: r.randint(2, 3)]:
            dtype = "float32" if self.kind == "single" and r.random() < 0.6 else "float64"
            self.add_input(name, dtype, r.choice(shapes), -2, 2)
        self.add_input("p", "float64", [m, n], 0.4, 2.5)
        if self.kind != "plain":
            if r.random() < 0.7:
                wide = self.kind == "single"  # there JAX makes a float32 of a narrow integer where the default is float64 here
                self.add_input("idx", "int64" if wide else r.choice(["int64", "int64", "int32"]), [r.randint(2, 4)], 0, n - 1)
            if r.random() < 0.4:
                self.add_input("k", "int64" if self.kind == "single" else r.choice(["int64", "int32", "uint8"]), [n], 1, 5)
            if r.random() < 0.4:
                self.add_input("mask", "bool", [n], 0, 1)

    def add_input(self, name, dtype, shape, low, high):
        size = int(np.prod(shape))
        if dtype.startswith("float"):
            values = [round(self.rng.uniform(low, high), 3) for _ in range(size)]
        else:
            values = [self.rng.randint(low, high) for _ in range(size)]
        array = jnp.asarray(np.array(values, dtype=dtype).reshape(shape))
        self.inputs[name] = {"dtype": dtype, "shape": shape, "data": values}
        self.space[name] = array

    # -- what there is

    def arrays(self, *kinds):
        return [
            name
            for name, v in self.space.items()
            if isinstance(v, jax.Array) and v.dtype.kind in kinds
        ]

    def value(self, name):
        return np.asarray(self.space[name])

    def unused(self):
        """Floats that no later statement reads."""
        return [n for n in self.arrays("f") if self.reads[n] == 0]

    def choose(self, names):
        """One of the names, rather one that was not read yet."""
        fresh = [n for n in names if self.reads[n] == 0]
        return self.rng.choice(fresh if fresh and self.rng.random() < 0.6 else names)

    def a_float(self):
        return self.choose(self.arrays("f"))

    def ranked(self, least):
        names = [n for n in self.arrays("f") if self.space[n].ndim >= least]
        return self.choose(names) if names else None

    def fresh(self):
        self.count += 1
        return f"v{self.count}"

    def literal(self):
        return self.rng.choice(["2", "3", "0.5", "1.5", "-0.75", "0.1", "1", "2.0", "-1", "1e-1", "0.25"])

    def take(self, text, names=()):
        """Runs the statement; keeps it when what it makes is tame."""
        space = dict(self.space)
        try:
            exec(text, space)
        except Exception:
            return False
        for name in names:
            v = space.get(name)
            if not isinstance(v, jax.Array) or v.size > LARGEST or v.ndim > 3 or v.size == 0:
                return False
            if v.dtype.kind == "f":
                v = np.asarray(v)
                if v.dtype == "float32" and self.kind != "single":
                    return False
                if not np.all(np.isfinite(v)) or np.max(np.abs(v)) > HIGHEST or np.max(np.abs(v)) < 1e-3:
                    return False
            elif v.dtype.name not in ("int64", "int32", "uint8", "bool"):
                return False
        space.pop("__builtins__", None)
        self.space = space
        self.lines.append(text)
        for name in set(re.findall(r"\w+", text)) - set(names):
            self.reads[name] += 1
        return True

    # -- statements

    def operand(self, depth=0):
        """A small expression in an array or two, smooth everywhere."""
        r = self.rng
        x = self.a_float()
        if depth > 1 or r.random() < 0.45:
            return x
        y = self.operand(depth + 1)
        form = r.choice(["{x} + {y}", "{x} - {y}", "{x} * {y}", "{c} * {x}", "{x} - {c}", "-{x}", "({x}) * 0.5 + {y}"])
        return "(" + form.format(x=x, y=y, c=self.literal()) + ")"

    def arithmetic(self):
        r = self.rng
        v = self.fresh()
        x, y = self.operand(), self.operand()
        form = r.choice(
            ["{x} + {y}", "{x} * {y}", "{x} - {y}", "{x} / (1.5 + {y} * {y})", "{x}**2", "{x} ** 3 / 4", "{c} - {x}", "{c} * {x} + {y}"]
        )
        return self.take(f"{v} = " + form.format(x=x, y=y, c=self.literal()), [v])

    def domesticate(self):
        v, x = self.fresh(), self.a_float()
        form = self.rng.choice(["1.25 + jnp.sin({x})", "0.8 * jnp.tanh({x})", "{x} / (1 + {x}**2)", "jnp.exp(-({x} ** 2))"])
        return self.take(f"{v} = " + form.format(x=x), [v])

    def unary(self):
        table = COMMON_UNARY if self.kind == "plain" or self.rng.random() < 0.5 else UNARY
        f, x, v = self.rng.choice(list(table)), self.a_float(), self.fresh()
        if not table[f](self.value(x)):
            return False
        return self.take(f"{v} = {f}({x})", [v])

    def binary(self):
        table = COMMON_BINARY if self.kind == "plain" or self.rng.random() < 0.5 else BINARY
        f, x, y, v = self.rng.choice(list(table)), self.a_float(), self.a_float(), self.fresh()
        try:
            if not table[f](*np.broadcast_arrays(self.value(x), self.value(y))):
                return False
        except ValueError:
            return False
        return self.take(f"{v} = {f}({x}, {y})", [v])

    def reduction(self):
        r = self.rng
        x, v = self.ranked(1), self.fresh()
        if x is None:
            return False
        value = self.value(x)
        axis = r.choice([None, 0, -1, r.randrange(value.ndim)])
        keep = r.random() < 0.4
        name = r.choice(["sum", "mean", "prod", "max", "min", "var", "std", "logsumexp"])
        if name in ("max", "min", "std") and not distinct(value):
            return False
        if name in ("std", "var") and (value.shape[axis] if axis is not None else value.size) < 2:
            return False
        arguments = ", ".join(
            ([f"axis={axis}"] if axis is not None else []) + (["keepdims=True"] if keep else [])
        )
        if name == "logsumexp":
            call = f"jax.scipy.special.logsumexp({x}, {arguments})" if arguments else f"jax.scipy.special.logsumexp({x})"
        elif r.random() < 0.5 and self.kind != "plain":
            call = f"{x}.{name}({arguments})"
        else:
            call = f"jnp.{name}({', '.join([x] + ([arguments] if arguments else []))})"
        return self.take(f"{v} = {call}", [v])

    def along(self):
        r = self.rng
        x, v = self.ranked(1), self.fresh()
        if x is None:
            return False
        value = self.value(x)
        axis = r.choice([-1, 0, value.ndim - 1])
        common = ["jax.nn.softmax({x}, axis={a})", "jax.nn.log_softmax({x}, axis={a})", "jnp.cumsum({x}, axis={a})"]
        more = [
            "jnp.cumprod({x}, axis={a})",
            "jnp.diff({x}, axis={a})",
            "jax.nn.softmax({x})",
            "({x} - {x}.mean(axis={a}, keepdims=True)) / jnp.sqrt({x}.var(axis={a}, keepdims=True) + 1e-3)",
            "jnp.sort({x}, axis={a})",
            "jnp.median({x}, axis={a})",
            "jnp.linalg.norm({x}, axis={a})",
            "jnp.average({x}, axis={a}, weights=jnp.arange(1, 1 + {x}.shape[{a}]))",
            "jnp.quantile({x}, 0.3, axis={a})",
            "jnp.var({x}, axis={a}, ddof=1)",
            "jnp.ptp({x}, axis={a})",
        ]
        form = r.choice(common if self.kind == "plain" else common + more)
        if any(f in form for f in ("sort", "median", "quantile", "ptp")) and not distinct(value):
            return False
        if "ddof" in form and value.shape[axis] < 3:
            return False
        if "norm" in form and not clear(np.linalg.norm(value, axis=axis), 0):
            return False
        return self.take(f"{v} = " + form.format(x=x, a=axis), [v])

    def rearrange(self):
        r = self.rng
        x, v = self.ranked(1), self.fresh()
        if x is None:
            return False
        shape = self.value(x).shape
        last = shape[-1]
        common = [
            "jnp.reshape({x}, (-1,))",
            "{x}[None]",
            "{x}[..., None]",
            "jnp.concatenate([{x}, {x} * 2], axis=0)",
            "jnp.stack([{x}, -{x}])",
            "{x}[0]",
            "{x}[-1]",
            "{x}[1:]",
            "{x}[..., :1]",
            "jnp.flip({x}, 0)",
            "jnp.roll({x}, 1, 0)",
            "jnp.expand_dims({x}, 0)",
        ]
        more = [
            "{x}.T",
            "{x}.reshape(-1)",
            f"{{x}}.reshape({', '.join(str(d) for d in reversed(shape))})",
            "{x}[::-1]",
            "{x}[..., ::2]",
            "jnp.swapaxes({x}, 0, -1)",
            "jnp.moveaxis({x}, 0, -1)",
            "jnp.tile({x}, 2)",
            "jnp.repeat({x}, 2, axis=-1)",
            "jnp.pad({x}, 1)[..., :3]",
            "jnp.broadcast_to({x}, (2,) + {x}.shape)",
            "jnp.squeeze({x}[None])",
            "jnp.hstack([{x}, {x}])",
            "jnp.ravel({x})",
            "jnp.flip({x})",
            f"{{x}}.at[0].set({self.literal()})",
            "{x}.at[..., -1].add(1.5)",
            "{x}.at[0].multiply(2.0)",
            "jnp.zeros_like({x}) + {x}",
            "jnp.split({x}, [1], axis=0)[0]",
            f"jnp.take({{x}}, jnp.array([0, {last - 1}, 0]), axis=-1)",
            "jnp.atleast_2d({x})",
            "{x}[jnp.array([0, -1])]",
            "jnp.eye({x}.shape[0]) @ {x}",
            "jnp.full_like({x}, 0.5) - {x}",
            "jnp.arange({x}.shape[-1]) * {x}",
            "jnp.linspace(0.1, 1, {x}.shape[-1]) * {x}",
            "jnp.ones({x}.shape[0]) @ {x}",
            "{x}[..., jnp.newaxis] * jnp.arange(1, 3)",
            "jax.lax.stop_gradient({x}) * {x}",
        ]
        if len(shape) >= 2:
            more += [
                "jnp.transpose({x})",
                "{x}[:, 0]",
                "{x}[0, 1:]",
                "{x}[:, None, 0]",
                "jnp.tril({x})",
                "jnp.triu({x}, k=1)",
                "jnp.diagonal({x})",
                "jnp.trace({x})",
                "{x}.transpose(1, 0)",
                "jnp.vstack([{x}, {x}[0]])",
            ]
        return self.take(f"{v} = " + r.choice(common if self.kind == "plain" else common + more).format(x=x), [v])

    def contraction(self):
        r = self.rng
        x, y, v = self.ranked(1), self.ranked(1), self.fresh()
        if x is None or y is None:
            return False
        rank = (self.space[x].ndim, self.space[y].ndim)
        forms = {
            (1, 1): ["{x} @ {y}", "jnp.dot({x}, {y})", "jnp.outer({x}, {y})", "jnp.einsum('i,j->ij', {x}, {y})", "jnp.einsum('i,i', {x}, {y})"],
            (2, 1): ["{x} @ {y}", "jnp.einsum('ij,j->i', {x}, {y})", "jnp.matmul({x}, {y})", "{x}.T @ {y}"],
            (1, 2): ["{x} @ {y}", "jnp.einsum('i,ij->j', {x}, {y})", "jnp.dot({x}, {y})"],
            (2, 2): [
                "{x} @ {y}",
                "{x} @ {y}.T",
                "{x}.T @ {y}",
                "jnp.einsum('ij,kj->ik', {x}, {y})",
                "jnp.einsum('ij,ij->', {x}, {y})",
                "jnp.einsum('ij,jk->ki', {x}, {y})",
                "jnp.tensordot({x}, {y}, 1)",
            ],
            (3, 2): ["{x} @ {y}", "jnp.einsum('bij,jk->bik', {x}, {y})", "jnp.einsum('bij,jk->b', {x}, {y})"],
            (3, 1): ["{x} @ {y}", "jnp.einsum('...i,i->...', {x}, {y})"],
            (2, 3): ["jnp.matmul({x}, {y})", "jnp.einsum('ij,bjk->bik', {x}, {y})"],
            (3, 3): ["{x} @ {y}", "jnp.einsum('bij,bkj->bik', {x}, {y})"],
        }
        more = {(1, 1): ["jnp.vdot({x}, {y})", "jnp.inner({x}, {y})", "jnp.kron({x}, {y})"], (2, 2): ["jnp.vdot({x}, {y})", "jnp.linalg.matrix_norm({x} @ {y})"]}
        options = forms.get(rank, []) + (more.get(rank, []) if self.kind != "plain" else [])
        if not options:
            return False
        return self.take(f"{v} = " + r.choice(options).format(x=x, y=y), [v])

    def select(self):
        r = self.rng
        x, y, v = self.a_float(), self.a_float(), self.fresh()
        value = self.value(x)
        if not clear(value, 0):
            return False
        forms = ["jnp.where({x} > 0, {x} * 2, {y})", "jnp.where({x} < 0, jnp.sin({y}), {x})"]
        if self.kind != "plain":
            forms += [
                "jnp.where(({x} > 0) & ({x} < 99), {x}, 0.5)",
                "jnp.where(~({x} > 0), {y}, {x} ** 2)",
                "jnp.where({x} != 0, {x}, 1.0)",
            ]
            if clear(value, 0, 1, -1):
                forms += ["jnp.clip({x}, -1, 1)", "jnp.clip({x}, 0)", "jnp.maximum({x}, 0)", "jnp.minimum({x}, 1.0)"]
        return self.take(f"{v} = " + r.choice(forms).format(x=x, y=y), [v])

    def integers(self):
        r = self.rng
        names = self.arrays("i", "u")
        if self.kind == "plain" or not names:
            return False
        i, x, v = r.choice(names), self.ranked(1), self.fresh()
        form = r.choice(
            [
                "({i} * 2 + 1) % 3",
                "{i} // 2",
                "{i} ** 2",
                "{i} - 1",
                "{i}.astype(jnp.float64) * {x}[0]",
                "{i} * 0.5",
                "{i} / 2",
                "{i} + {x}.sum()",
                "{x}[{i} % {x}.shape[0]]",
                "jnp.argmax({x}, axis=-1)",
                "jnp.argsort({x})",
                "({x} > 0).sum()",
                "({x} > 0).astype(jnp.int64)",
                "jnp.select([{x} > 1, {x} > 0], [{x} * 2, {x}], 0.5)",
                "jnp.bitwise_xor({i}, 5)",
                "{i} >= 2",
                "{i} @ {i}",
                "jnp.where({i} > 1, {i}, 0)",
                "jnp.sort({i})",
                "{i}.max()",
                "jnp.diff({i})",
                "jnp.prod({i})",
                "{x}.at[0].set({i}[0])",
                "({x} > 0).mean()",
                "jnp.take({x}, {i} % {x}.shape[-1], axis=-1)",
                "jnp.sum({i})",
                "jnp.cumsum({i})",
                "{i} << 1",
                "{i} & 3",
                "{i} ^ 1",
                "-{i}",
                "jnp.maximum({i}, 2)",
                "jax.nn.one_hot({i} % 3, 3)",
                "jnp.arange(3) * {i}[0]",
                "{x}.at[{i} % {x}.shape[0]].add(1.0)",
                "{i}.mean()",
                "{i} == 1",
                "jnp.take_along_axis({x}, jnp.argsort({x}), 0)",
            ]
        )
        if x is None or (("arg" in form or "> 0" in form) and not (distinct(self.value(x)) and clear(self.value(x), 0))):
            return False
        return self.take(f"{v} = " + form.format(i=i, x=x), [v])

    def masks(self):
        names = self.arrays("b")
        if self.kind == "plain" or not names:
            return False
        mask, x, v = self.rng.choice(names), self.a_float(), self.fresh()
        form = self.rng.choice(
            ["jnp.where({m}, {x}, 0)", "{m} * {x}", "{m}.sum()", "~{m}", "jnp.any({m})", "jnp.where({m}, {x}, -{x})", "{x}.sum(where={m})", "{m}.astype(jnp.float32)", "jnp.logical_and({m}, True)"]
        )
        return self.take(f"{v} = " + form.format(m=mask, x=x), [v])

    def narrow(self):
        if self.kind != "single":
            return False
        x, y, v = self.a_float(), self.a_float(), self.fresh()
        form = self.rng.choice(
            ["{x}.astype(jnp.float32)", "{x}.astype('float64')", "jnp.float32(0.1) * {x}", "{x} * 0.1", "{x} + 1", "jnp.asarray({x}, dtype=jnp.float32) + {y}", "jnp.sum({x}, dtype=jnp.float64)", "jnp.ones_like({x}) * {y}"]
        )
        return self.take(f"{v} = " + form.format(x=x, y=y), [v])

    # -- Python

    def definition(self):
        r = self.rng
        f = f"f{len(self.functions)}"
        outer = self.a_float()
        bodies = [
            f"def {f}(a, c=1.5):\n    t = jnp.tanh(a * c)\n    return t + a / (1 + a * a)",
            f"def {f}(a, c=0.5):\n    def inner(b):\n        return jnp.sin(b) * c\n    return inner(a) - inner(2 * a)",
            f"def {f}(a, c=2):\n    total = 0.0\n    for i in range(c):\n        total = total + jnp.cos(a + i) / (i + 1)\n    return total",
            f"def {f}(a, c=1.0):\n    '''Scaled, then squashed.'''\n    if a.ndim > 1:\n        return jnp.tanh(a).sum(axis=0) * c\n    return jnp.tanh(a) * c",
            f"{f} = lambda a, c=0.7: jnp.exp(-c * a * a)",
            f"def {f}(a, *, c=0.3):\n    b = a * c\n    b = b + 1\n    return b * a",
            f"def {f}(a, c=0.2):\n    return a * c + ({outer}).mean()",
        ]
        if not self.take(r.choice(bodies)):
            return False
        self.functions.append(f)
        return True

    def application(self):
        if not self.functions:
            return self.definition()
        r = self.rng
        f, x, v = r.choice(self.functions), self.a_float(), self.fresh()
        forms = ["{f}({x})", "{f}({f}({x}))", "{f}({x}, c=2)", "{f}({x}) * {x}", "sum({f}({x}, c=i) for i in range(1, 3))", "sum([{f}({x}) * i for i in range(1, 4)]) / 6"]
        if self.kind != "plain":
            forms += [
                "jax.vmap({f})({x})",
                "jax.grad(lambda a: {f}(a).sum())({x})",
                "jax.value_and_grad(lambda a: {f}(a).mean())({x})[1]",
                "jax.jvp({f}, ({x},), (jnp.ones_like({x}),))[1]",
                "functools.partial({f}, c=1)({x})",
                "jnp.stack([{f}({x}, c=k) for k in (1, 2)])",
                "jax.jit({f})({x})",
                "jax.jacfwd(lambda a: {f}(a).ravel()[:2])({x})",
                "jax.hessian(lambda a: jnp.sum({f}(a)))({x})",
            ]
        return self.take(f"{v} = " + r.choice(forms).format(f=f, x=x), [v])

    def control(self):
        r = self.rng
        x, y, v, t = self.a_float(), self.a_float(), self.fresh(), self.fresh()
        first = self.ranked(1)
        if first is None:
            return False
        forms = [
            f"{v} = {x}\nfor _ in range({r.randint(2, 4)}):\n    {v} = jnp.sin({v}) + 0.5 * {x}",
            f"{v} = 0.0\nfor i, t in enumerate([{x}, {y}]):\n    {v} = {v} + t.sum() * (i + 1)",
            f"{v}, {t} = {x}, {y}\nfor n in range(3):\n    {v}, {t} = {t}, 0.5 * {v} + {t}",
            f"{v} = {x} if {first}.shape[0] > 2 else {x} * 2",
            f"if len({first}) % 2 == 0:\n    {v} = {x} * 3\nelse:\n    {v} = {x} - 1",
            f"{v} = {x}\nn = 0\nwhile n < 3:\n    {v} = {v} * 0.5 + jnp.cos({y})\n    n += 1",
            f"{v} = sum(jnp.sum(a * a) for a in ({x}, {y}, {first}))",
            f"{v} = [jnp.sin({x}), jnp.cos({x})][{r.randint(0, 1)}]",
            f"{v} = jnp.array([{first}.sum(), 1.5, {first}.mean()])",
            f"parts = {{'a': {x}, 'b': {y} * 2}}\n{v} = parts['a'] + parts['b']",
            f"{v} = 1.0\nfor a, c in zip([{x}, {y}], [0.5, 2]):\n    {v} = {v} * jnp.tanh(a * c)",
        ]
        if self.kind != "plain":
            forms.append(f"{v} = {x}\n{v} += {y}\n{v} *= 0.5\n{v} -= 1")
        return self.take(r.choice(forms), [v])

    def unpack(self):
        x = next((n for n in reversed(self.arrays("f")) if self.space[n].ndim >= 1 and self.space[n].shape[0] == 2), None)
        if x is None:
            return False
        v, t = self.fresh(), self.fresh()
        return self.take(f"{v}, {t} = {x}", [v, t])

    # -- the whole

    def grow(self):
        r = self.rng
        target = r.choice([5, 8, 12, 16, 20, 25, 30, 40, 60])
        moves = [
            (self.arithmetic, 5),
            (self.domesticate, 2),
            (self.unary, 6),
            (self.binary, 3),
            (self.reduction, 4),
            (self.along, 2),
            (self.rearrange, 5),
            (self.contraction, 4),
            (self.select, 3),
            (self.integers, 3),
            (self.masks, 1),
            (self.narrow, 3),
            (self.definition, 1),
            (self.application, 3),
            (self.control, 3),
            (self.unpack, 1),
        ]
        weighted = [move for move, weight in moves for _ in range(weight)]
        tries = 0
        while len(self.lines) < target and tries < 30 * target:
            tries += 1
            r.choice(weighted)()
        made = [n for n in self.arrays("f") if n not in self.inputs]
        terms = (self.unused() or made)[-10:]
        pieces = [f"{self.rng.choice(['', '2 * ', '0.5 * ', '1.5 * '])}jnp.tanh({n} / 4).mean()" for n in terms]
        self.lines.append("loss = " + " + ".join(pieces))
        floats = [n for n in made if self.space[n].ndim > 0]
        others = [n for n in self.arrays("i", "u", "b") if n not in self.inputs]
        self.outputs = ([r.choice(floats)] if floats else []) + ([r.choice(others)] if others else [])
        header = {
            "plain": "import jax.numpy as jnp\n",
            "single": "",
            "full": r.choice(["", "import jax\nimport jax.numpy as jnp\nimport functools\n"]),
        }[self.kind]
        body = "\n".join(self.lines) + "\n"
        # jnp and jax need no import in a request.
        if "functools" in body and "functools" not in header:
            header += "import functools\n"
        return header + body
