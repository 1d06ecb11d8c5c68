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
    # A column of this table is a choice of columns; `position` counts within it.
    columns, position = jnp.array(chosen(n, k)).T, jnp.arange(k)[:, None]
    # In that order a choice is at the sum of ways[column, position + 1]; what comes after the one that is left out moves up.
    before, after = jnp.array(ways)[columns, position + 1], jnp.array(ways)[columns, position]
    rest = jnp.cumsum(before, axis=0) - before + jnp.sum(after, axis=0) - jnp.cumsum(after, axis=0)
    signs = 1.0 - 2.0 * (position % 2)
    minors = jnp.sum(signs * (a[n - k, columns] * minors[rest]), axis=0)
y = minors[0]
