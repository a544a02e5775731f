"""Seeded arithmetic: hashes, orders and disguises that need no memory, for one index or for many at once."""

from dataclasses import dataclass
from math import gcd
from zlib import crc32

import numpy as np
import numpy.typing as npt

Many = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_FIRST = 0xBF58476D1CE4E5B9
_SECOND = 0x94D049BB133111EB


def mix(key: int, value: int) -> int:
    """Hash `value` under `key` to 64 bits (the finaliser of splitmix64, Steele et al., 2014)."""
    bits = (value * _GOLDEN + key) & _MASK
    bits = ((bits ^ (bits >> 30)) * _FIRST) & _MASK
    bits = ((bits ^ (bits >> 27)) * _SECOND) & _MASK
    return bits ^ (bits >> 31)


def mix_many(key: int, values: Many) -> Many:
    """Hash every one of `values` exactly as `mix` does."""
    bits = values * np.uint64(_GOLDEN) + np.uint64(key & _MASK)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(_FIRST)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(_SECOND)
    return bits ^ (bits >> np.uint64(31))


def key_of(seed: int, *parts: int | str) -> int:
    """Make one key out of a seed and names or numbers; the same parts give the same key in every process."""
    key = mix(0, seed & _MASK)
    for each in parts:
        number = crc32(each.encode()) << 32 if isinstance(each, str) else each
        key = mix(key, number & _MASK)
    return key


@dataclass(frozen=True, slots=True)
class Shuffle:
    """A seeded order of the numbers 0..size-1; either way round costs one multiplication."""

    size: int
    step: int
    shift: int
    back: int

    @classmethod
    def seeded(cls, size: int, key: int) -> "Shuffle":
        """Choose the order that `key` stands for; `size` may be 0 and stays below 2**31."""
        if size < 2:
            return cls(size, 1, 0, 1)
        step = 1 + mix(key, 1) % (size - 1)
        while gcd(step, size) != 1:
            step = 1 + step % (size - 1)
        return cls(size, step, mix(key, 2) % size, pow(step, -1, size))

    def at(self, place: int) -> int:
        """Return who stands at `place`."""
        return (self.step * place + self.shift) % self.size

    def where(self, number: int) -> int:
        """Return the place of `number`."""
        return ((number - self.shift) * self.back) % self.size

    def at_many(self, places: Many) -> Many:
        """Return who stands at each of `places`."""
        return (places * np.uint64(self.step) + np.uint64(self.shift)) % np.uint64(self.size)

    def where_many(self, numbers: Many) -> Many:
        """Return the place of each of `numbers`."""
        lifted = numbers + np.uint64(self.size - self.shift)
        return (lifted % np.uint64(self.size) * np.uint64(self.back)) % np.uint64(self.size)


@dataclass(frozen=True, slots=True)
class Disguise:
    """Turns an index into a number that looks like a platform's id, and back; never two into one."""

    bits: int
    floor: int
    offset: int
    odd: int

    @classmethod
    def seeded(cls, bits: int, floor: int, key: int) -> "Disguise":
        """Choose the disguise that `key` stands for; ids lie in floor .. floor + 2**bits - 1, `bits` even."""
        mask = (1 << bits) - 1
        return cls(bits, floor, mix(key, 1) & mask, (mix(key, 2) | 1) & mask)

    def number(self, index: int) -> int:
        """Return the id of `index`."""
        mask = (1 << self.bits) - 1
        value = (index * self.odd + self.offset) & mask
        value ^= value >> (self.bits // 2)
        return ((value * self.odd) & mask) + self.floor

    def number_many(self, indices: Many) -> Many:
        """Return the id of each of `indices`."""
        mask, odd = np.uint64((1 << self.bits) - 1), np.uint64(self.odd)
        value = (indices * odd + np.uint64(self.offset)) & mask
        value ^= value >> np.uint64(self.bits // 2)
        return ((value * odd) & mask) + np.uint64(self.floor)

    def index(self, number: int) -> int:
        """Return the index behind an id; for an invented id it lies far outside any audience."""
        mask = (1 << self.bits) - 1
        undo = pow(self.odd, -1, 1 << self.bits)
        value = ((number - self.floor) * undo) & mask
        value ^= value >> (self.bits // 2)
        return ((value - self.offset) * undo) & mask
