# Bundle adjustment: the weighted errors of p observations of points X[m, 3] by cameras cams[n, 11], the errors of the weights w[p], and the
# Jacobian of both as compressed sparse rows. obs[p, 2] has the camera and the point of each observation, feats[p, 2] where it was
# seen.
def rotate(rotation, point):
    # Rodrigues' formula for the rotation by |r| about r; at r = 0 it is 1 + r × by the least of angles.
    rx, ry, rz = rotation
    x, y, z = point
    square = jnp.maximum(rx * rx + ry * ry + rz * rz, 1e-300)
    angle = jnp.sqrt(square)
    cosine = jnp.cos(angle)
    across = jnp.sin(angle) / angle
    along = (rx * x + ry * y + rz * z) * (1 - cosine) / square
    return (
        x * cosine + (ry * z - rz * y) * across + rx * along,
        y * cosine + (rz * x - rx * z) * across + ry * along,
        z * cosine + (rx * y - ry * x) * across + rz * along,
    )


def error(camera, point, weight, feature):
    # A camera is a rotation, a centre, a focal length, a principal point and two coefficients of radial distortion.
    x, y, z = rotate(camera[0:3], point - camera[3:6])
    u, v = x / z, y / z
    square = u * u + v * v
    scale = camera[6] * (1 + camera[9] * square + camera[10] * square * square)
    return weight * (jnp.stack([u * scale + camera[7], v * scale + camera[8]]) - feature)


def weight_error(weight):
    return 1 - weight * weight


camera, point = obs[:, 0], obs[:, 1]
seen = (cams[camera], X[point], w, feats)
reproj_err = jax.vmap(error)(*seen)
w_err = jax.vmap(weight_error)(w)

# Each observation's error has a block of two rows in the Jacobian: 11 columns for its camera, 3 for its point, one for its weight.
by_camera, by_point, by_weight = jax.vmap(jax.jacrev(error, argnums=(0, 1, 2)))(*seen)
blocks = jnp.concatenate([by_camera, by_point, by_weight[:, :, None]], axis=2)
vals = jnp.concatenate([blocks.reshape(p * 30), jax.vmap(jax.grad(weight_error))(w)])

index = jnp.arange(p, dtype=jnp.int32)
weight_columns = 11 * n + 3 * m + index
block_columns = jnp.concatenate(
    [
        11 * camera[:, None] + jnp.arange(11, dtype=jnp.int32),
        11 * n + 3 * point[:, None] + jnp.arange(3, dtype=jnp.int32),
        weight_columns[:, None],
    ],
    axis=1,
)
cols = jnp.concatenate([jnp.repeat(block_columns, 2, axis=0).reshape(p * 30), weight_columns])
rows = jnp.concatenate([15 * jnp.arange(2 * p, dtype=jnp.int32), 30 * p + jnp.arange(p + 1, dtype=jnp.int32)])
