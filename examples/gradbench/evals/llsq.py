# Half the squared distance of a polynomial with the coefficients x from the sign function, at n points from -1 to 1.
t = -1 + jnp.arange(n) * 2 / (n - 1)


def powers(base, count):
    found = [jnp.ones(n), base]
    for i in range(2, count):
        found.append(found[i // 2] * found[i - i // 2])
    return found[:count]


# Paterson and Stockmeyer: rows of 16 coefficients are polynomials in t, all rows together one in t^16. That is a product of
# matrices, where Horner's rule goes over the points once for each coefficient.
width = 16
height = -(-x.shape[0] // width)
coefficients = jnp.pad(x, (0, height * width - x.shape[0])).reshape(height, width)
low = powers(t, width + 1)
high = powers(low[width], height)
value = jnp.sum(jnp.stack(high) * (coefficients @ jnp.stack(low[:width])), axis=0)
y = jnp.sum((jnp.sign(t) - value) ** 2) / 2
