# The saddle point of f(x, y) = |x|² − |y|² as the least maximum: a gradient descent whose function is found by a gradient
# ascent, differentiated as it stands.
#
# Each of the two derivatives is taken in either mode: rr, rf, fr and ff, first that of the descent. JAX itself has no reverse
# mode for while_loop.


def forward(f, x):
    value, first = jax.jvp(f, (x,), (jnp.array([1.0, 0.0]),))
    _, second = jax.jvp(f, (x,), (jnp.array([0.0, 1.0]),))
    return value, jnp.stack([first, second])


def reverse(f, x):
    return jax.value_and_grad(f)(x)


def norm(v):
    return jnp.sqrt(jnp.sum(v * v))


def argmin(value_and_gradient, x):
    """Gradient descent whose steps double after ten that went down, and halve after one that did not."""

    def goes_on(state):
        x, value, gradient, rate, count = state
        return (norm(gradient) > 1e-5) & (norm(x - (x - rate * gradient)) > 1e-5)

    def descend(state):
        x, value, gradient, rate, count = state
        next_x = x - rate * gradient
        next_value, next_gradient = value_and_gradient(next_x)
        lower = next_value < value
        tenth = count == 9
        return (
            jnp.where(lower, next_x, x),
            jnp.where(lower, next_value, value),
            jnp.where(lower, next_gradient, gradient),
            jnp.where(lower, jnp.where(tenth, 2.0 * rate, rate), 0.5 * rate),
            jnp.where(lower & ~tenth, count + 1, 0),
        )

    value, gradient = value_and_gradient(x)
    return jax.lax.while_loop(goes_on, descend, (x, value, gradient, 1e-5, 0))[0]


def cost(x, y):
    return jnp.sum(x * x) - jnp.sum(y * y)


def saddle(start, outer, inner):
    def highest(x):
        return argmin(lambda y: inner(lambda v: -cost(x, v), y), start)

    x = argmin(lambda u: outer(lambda v: cost(v, highest(v)), u), start)
    return jnp.concatenate([x, highest(x)])


def rr(start):
    return saddle(start, reverse, reverse)


def rf(start):
    return saddle(start, reverse, forward)


def fr(start):
    return saddle(start, forward, reverse)


def ff(start):
    return saddle(start, forward, forward)
