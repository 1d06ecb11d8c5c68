# The square of a number.
y = x * x
