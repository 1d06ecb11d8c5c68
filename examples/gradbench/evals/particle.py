# A charged particle flies past two fixed charges, one of which can be moved: where must it stand for the path to meet the
# origin? The force is a gradient inside of a loop that ends when it ends, inside of a gradient descent.
#
# Each of the two derivatives is taken in either mode: rr, rf, fr and ff, first that of the descent. JAX itself has no reverse
# mode for while_loop.


def slope_forward(f, x):
    return jax.jvp(f, (x,), (1.0,))


def slope_reverse(f, x):
    return jax.value_and_grad(f)(x)


def gradient_forward(f, x, y):
    return jax.jvp(f, (x, y), (1.0, 0.0))[1], jax.jvp(f, (x, y), (0.0, 1.0))[1]


def gradient_reverse(f, x, y):
    return jax.grad(f, argnums=(0, 1))(x, y)


def inverse_distance(x, y, at_x, at_y):
    return jax.lax.rsqrt((x - at_x) ** 2 + (y - at_y) ** 2)


def miss(w, gradient):
    """The square of where the particle crosses the x-axis: Euler's method, and a straight line in the last step."""
    step = 0.1

    def potential(x, y):
        return inverse_distance(x, y, 10.0, 10.0 - w) + inverse_distance(x, y, 10.0, 0.0)

    def above(state):
        x, y, speed_x, speed_y = state
        return y + step * speed_y > 0.0

    def move(state):
        x, y, speed_x, speed_y = state
        slope_x, slope_y = gradient(potential, x, y)
        return x + step * speed_x, y + step * speed_y, speed_x - step * slope_x, speed_y - step * slope_y

    x, y, speed_x, speed_y = jax.lax.while_loop(above, move, (0.0, 8.0, 0.75, 0.0))
    x, y = x + step * speed_x, y + step * speed_y
    crossing = x - y / speed_y * speed_x
    return crossing * crossing


def argmin(value_and_slope, x):
    """Gradient descent whose steps double after ten that went down, and halve after one that did not."""

    def goes_on(state):
        x, value, slope, rate, count = state
        return (jnp.abs(slope) > 1e-5) & (jnp.abs(x - (x - rate * slope)) > 1e-5)

    def descend(state):
        x, value, slope, rate, count = state
        next_x = x - rate * slope
        next_value, next_slope = value_and_slope(next_x)
        lower = next_value < value
        tenth = count == 9
        return (
            jnp.where(lower, next_x, x),
            jnp.where(lower, next_value, value),
            jnp.where(lower, next_slope, slope),
            jnp.where(lower, jnp.where(tenth, 2.0 * rate, rate), 0.5 * rate),
            jnp.where(lower & ~tenth, count + 1, 0),
        )

    value, slope = value_and_slope(x)
    return jax.lax.while_loop(goes_on, descend, (x, value, slope, 1e-5, 0))[0]


def particle(w, slope, gradient):
    return argmin(lambda v: slope(lambda u: miss(u, gradient), v), w)


def rr(w):
    return particle(w, slope_reverse, gradient_reverse)


def rf(w):
    return particle(w, slope_reverse, gradient_forward)


def fr(w):
    return particle(w, slope_forward, gradient_reverse)


def ff(w):
    return particle(w, slope_forward, gradient_forward)
