# The squared distances of points[n, d] to the nearest of the centroids[k, d], summed; and the step that Newton's method takes
# from the centroids: the gradient over the Hessian, which is diagonal.
def objective(centroids):
    distances = jnp.sum(centroids**2, axis=1)[:, None] - 2 * centroids @ points.T
    nearest = jax.lax.stop_gradient(jnp.argmin(distances, axis=0))
    return jnp.sum((points - centroids[nearest]) ** 2)


cost = objective(centroids)
gradient, curvature = jax.jvp(jax.grad(objective), (centroids,), (jnp.ones_like(centroids),))
direction = gradient / curvature
