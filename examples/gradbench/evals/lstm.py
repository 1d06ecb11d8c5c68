# The mean loss of a long short-term memory of l layers with b cells each, whose weights are diagonal, that predicts the bits of the next
# character of sequence[c, b].
in_weight, out_weight, out_bias = extra_params
x = sequence[:-1] * in_weight
for layer in range(l):
    # Gates: forget, in, out, change. Two of them see the layer's input alone, so all their steps are computed at once.
    weight, bias = main_params.reshape(l, 2, 4, b)[layer]
    forget = jax.nn.sigmoid(x * weight[0] + bias[0])
    outgate = jax.nn.sigmoid(x * weight[2] + bias[2])

    def step(state, gates):
        hidden, cell = state
        forget, outgate = gates
        ingate = jax.nn.sigmoid(hidden * weight[1] + bias[1])
        change = jnp.tanh(hidden * weight[3] + bias[3])
        cell = cell * forget + ingate * change
        hidden = outgate * jnp.tanh(cell)
        return (hidden, cell), hidden

    _, x = jax.lax.scan(step, (state[2 * layer], state[2 * layer + 1]), (forget, outgate))

predicted = x * out_weight + out_bias
normalised = predicted - jnp.log(jnp.sum(jnp.exp(predicted), axis=1, keepdims=True) + 2)
loss = -jnp.mean(sequence[1:] * normalised)
