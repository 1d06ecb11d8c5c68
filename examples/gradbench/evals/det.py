# The determinant of `a` by expansion along rows. A minor of the last k rows is needed wherever its columns are left over, so
# each is computed once: there are n choose k of them, in place of n! / k!.


def chosen(n, k):
    """The ways to choose k of n columns, ordered by their largest, then by their second largest column, and so on."""
    if k == 0:
        return [[]]
    if k > n:
        return []
    return chosen(n - 1, k) + [columns + [n - 1] for columns in chosen(n - 1, k - 1)]


n = a.shape[0]
ways = [[1] + [0] * n]
for i in range(n - 1):
    ways.append([1] + [ways[i][j] + ways[i][j + 1] for j in range(n)])

minors = jnp.ones(1)
for k in range(1, n + 1):
    columns = jnp.array(chosen(n, k))
    # In that order columns are at the sum of ways[column][its position + 1]; those after the one that is left out move up.
    before = jnp.array(ways)[columns, jnp.arange(1, k + 1)]
    after = jnp.array(ways)[columns, jnp.arange(k)]
    rest = jnp.cumsum(before, axis=1) - before + jnp.sum(after, axis=1, keepdims=True) - jnp.cumsum(after, axis=1)
    signs = 1.0 - 2.0 * (jnp.arange(k) % 2)
    minors = jnp.sum(signs * a[n - k, columns] * minors[rest], axis=1)
y = minors[0]
