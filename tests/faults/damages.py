"""Damages: ten ways in which the content of a file becomes another, drawn at random."""

from collections.abc import Callable
from random import Random

Damage = Callable[[bytearray, Random], None]


def bit(content: bytearray, draw: Random) -> None:
    content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)


def eight_bits(content: bytearray, draw: Random) -> None:
    for _ in range(8):
        bit(content, draw)


def byte(content: bytearray, draw: Random) -> None:
    content[draw.randrange(len(content))] ^= draw.randrange(1, 256)


def zeros(content: bytearray, draw: Random) -> None:
    _fill(content, draw, b"\x00")


def ones(content: bytearray, draw: Random) -> None:
    _fill(content, draw, b"\xff")


def cut(content: bytearray, draw: Random) -> None:
    del content[draw.randrange(1, len(content)) :]


def append(content: bytearray, draw: Random) -> None:
    content += draw.randbytes(draw.randrange(1, 5000))


def swap(content: bytearray, draw: Random) -> None:
    """Two stretches change places."""
    size = min(64, len(content) // 2)
    first = draw.randrange(len(content) - 2 * size + 1)
    second = draw.randrange(first + size, len(content) - size + 1)
    one, other = content[first : first + size], content[second : second + size]
    content[first : first + size], content[second : second + size] = other, one


def insert(content: bytearray, draw: Random) -> None:
    place = draw.randrange(len(content))
    content[place:place] = draw.randbytes(draw.randrange(1, 100))


def empty(content: bytearray, _: Random) -> None:
    content.clear()


DAMAGES: tuple[Damage, ...] = (bit, eight_bits, byte, zeros, ones, cut, append, swap, insert, empty)


def damaged(content: bytes, number: int, seed: int = 0) -> bytes:
    """The content with damage number `number`: each way in turn, at other places; never what it was."""
    draw = Random(f"{seed} {number}")
    while True:
        changed = bytearray(content)
        DAMAGES[number % len(DAMAGES)](changed, draw)
        if changed != content:
            return bytes(changed)


def _fill(content: bytearray, draw: Random, value: bytes) -> None:
    size = draw.randrange(1, min(600, len(content)) + 1)
    place = draw.randrange(len(content) - size + 1)
    content[place : place + size] = value * size
