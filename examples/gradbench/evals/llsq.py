# Half the squared distance of a polynomial with the coefficients x from the sign function, at n points from -1 to 1.
t = -1 + jnp.arange(n) * 2 / (n - 1)


def horner(value, coefficient):
    return value * t + coefficient, None


value, _ = jax.lax.scan(horner, jnp.zeros(n), x, reverse=True)
y = jnp.sum((jnp.sign(t) - value) ** 2) / 2
