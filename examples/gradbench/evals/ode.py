# Runge and Kutta's method of fourth order in `steps` steps from 0 to 2, for y₀' = x₀ and yᵢ' = xᵢ yᵢ₋₁, from y = 0.


def rate(y):
    return x * jnp.concatenate([jnp.ones(1), y[:-1]])


def advance(_, y):
    k1 = rate(y)
    k2 = rate(y + h / 2 * k1)
    k3 = rate(y + h / 2 * k2)
    k4 = rate(y + h * k3)
    return y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


h = 2.0 / steps
y = jax.lax.fori_loop(0, steps, advance, jnp.zeros_like(x))
last = y[-1]
