# The logarithm of the posterior probability of a Gaussian mixture with a Wishart prior, of k components in d dimensions at
# n points x[n, d]. Precision matrices are Qᵀ Q, where Q is lower triangular: the exponentials of q[k, d] on the diagonal,
# l[k, d (d - 1) / 2] below it, column by column.
rows = jnp.array([row for column in range(d) for row in range(column + 1, d)], dtype=int)
columns = jnp.array([column for column in range(d) for row in range(column + 1, d)], dtype=int)
diagonal = jnp.arange(d)
scales = jnp.exp(q)
Q = jnp.zeros((k, d, d)).at[:, rows, columns].set(l).at[:, diagonal, diagonal].set(scales)

# Q (x - mu) of all components and points, as one product of matrices; points come last, where there are most of them.
moved = Q.reshape(k * d, d) @ x.T - jnp.einsum("kij,kj->ki", Q, mu).reshape(k * d, 1)
distances = jnp.sum(moved.reshape(k, d, n) ** 2, axis=1)
log_scales = jnp.sum(q, axis=1)
likelihood = jnp.sum(jax.scipy.special.logsumexp((alpha + log_scales)[:, None] - 0.5 * distances, axis=0)) - n * (
    0.5 * d * jnp.log(2 * jnp.pi) + jax.scipy.special.logsumexp(alpha)
)

freedom = d + m + 1
prior = (
    k * (freedom * d * jnp.log(gamma / jnp.sqrt(2)) - jax.scipy.special.multigammaln(0.5 * freedom, d))
    - 0.5 * gamma**2 * (jnp.sum(scales**2) + jnp.sum(l**2))
    + m * jnp.sum(log_scales)
)
objective = likelihood + prior
