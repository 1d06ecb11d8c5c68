# Hand tracking: a skeleton of bones, bent at its joints by theta, moves the skin, and measured points are held against it: each
# against a vertex or, where there are barycentric coordinates `us` in pairs, against a point of a triangle.
#
# theta: 3 of the rotation of all, as an axis times an angle, 3 of its translation, 4 of each of five fingers (how its first joint
# bends and spreads, how the next two bend). The first bone is the wrist, four are each finger's, what follows does not bend.
#
# `parents` has the number of the bone that each hangs on, -1 for none: a list, known before anything runs, as is `triangular`.
# Positions are homogeneous, matrices act on columns.


def rotation(v):
    """Of |v| radians about v (Rodrigues); none where v is nearly 0."""

    def about(v):
        angle = jnp.sqrt(jnp.sum(v * v))
        x, y, z = v / angle
        s, c = jnp.sin(angle), jnp.cos(angle)
        d = 1 - c
        return jnp.array(
            [
                [x * x + (1 - x * x) * c, x * y * d - z * s, x * z * d + y * s],
                [x * y * d + z * s, y * y + (1 - y * y) * c, y * z * d - x * s],
                [x * z * d - y * s, z * y * d + x * s, z * z + (1 - z * z) * c],
            ]
        )

    return jax.lax.cond(jnp.sum(v * v) < 1e-8, lambda v: jnp.eye(3), about, v)


def bends():
    """How each bone is turned in its joint: about x by what it bends, then about z by what it spreads."""
    fingers = theta[6:].reshape(5, 4)
    still = jnp.zeros((5, 1))
    bend = jnp.concatenate([still, fingers[:, :1], fingers[:, 2:]], axis=1).reshape(20)
    spread = jnp.concatenate([still, fingers[:, 1:2], still, still], axis=1).reshape(20)
    sx, cx, sz, cz = jnp.sin(bend), jnp.cos(bend), jnp.sin(spread), jnp.cos(spread)
    zero, one = jnp.zeros(20), jnp.ones(20)
    turned = jnp.stack(
        [cz, -sz * cx, sz * sx, zero, sz, cz * cx, -cz * sx, zero, zero, sx, cx, zero, zero, zero, zero, one], axis=1
    ).reshape(20, 4, 4)
    unturned = jnp.broadcast_to(jnp.eye(4), (len(parents) - 21, 4, 4))
    return jnp.concatenate([jnp.eye(4)[None], turned, unturned])


def transforms():
    """What each bone does to what hangs on it, from the pose at rest: a matrix of 3 × 4."""
    relative = base_relatives @ bends()
    placed = []
    for bone, parent in enumerate(parents):
        placed.append(relative[bone] if parent < 0 else placed[parent] @ relative[bone])
    moved = jnp.stack(placed) @ inverse_base_absolutes
    return rotation(theta[:3]) @ (moved[:, :3] * mirror[:, None])


def skin(pull, rest):
    """Where mixtures of vertices come to lie: what each bone would make of the vertices, by its pull on them, added up."""
    mixed = jnp.sum(pull[:, :, :, None] * rest[:, :, None, :], axis=1)
    return mixed.reshape(len(mixed), -1) @ transforms().transpose(0, 2, 1).reshape(-1, 3) + theta[3:6]


if triangular:
    # A point of a triangle is a mixture of its corners.
    corners = triangles[correspondences]
    barycentric = jnp.concatenate([us, 1 - jnp.sum(us, axis=1, keepdims=True)], axis=1)
    hand = skin(barycentric[:, :, None] * weights[corners], base_positions[corners])
elif len(points) < len(base_positions):
    hand = skin(weights[correspondences][:, None], base_positions[correspondences][:, None])
else:
    hand = skin(weights[:, None], base_positions[:, None])[correspondences]
errors = points - hand
