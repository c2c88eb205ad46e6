"""How far two shares of people lie apart, and how sure that is. Pure."""

from dataclasses import dataclass
from math import sqrt

# Of the standard normal distribution: 95 % lie within it.
Z = 1.959963984540054


@dataclass(frozen=True)
class Share:
    """`count` of `of` people."""

    count: int
    of: int

    @property
    def value(self) -> float:
        """From 0 to 1; of nobody it is 0."""
        return self.count / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Within which the true share lies in 95 of 100 cases, by Wilson's score interval."""
        if not self.of:
            return 0.0, 1.0
        square = Z * Z / self.of
        middle = self.value + square / 2
        half = Z * sqrt(self.value * (1 - self.value) / self.of + square / (4 * self.of))
        return (middle - half) / (1 + square), (middle + half) / (1 + square)


@dataclass(frozen=True)
class Difference:
    """From one share to another, with its 95 % interval; each from -1 to 1."""

    value: float
    low: float
    high: float

    @property
    def is_told(self) -> bool:
        """Whether the interval leaves out zero, so that there is one at all."""
        return self.low > 0 or self.high < 0


def difference(one: Share, other: Share) -> Difference:
    """By Newcombe's hybrid score interval (Statistics in Medicine 17, 1998, method 10), which holds for few people too."""
    value = one.value - other.value
    (one_low, one_high), (other_low, other_high) = one.interval, other.interval
    low = value - sqrt((one.value - one_low) ** 2 + (other_high - other.value) ** 2)
    high = value + sqrt((one_high - one.value) ** 2 + (other.value - other_low) ** 2)
    return Difference(value, low, high)
