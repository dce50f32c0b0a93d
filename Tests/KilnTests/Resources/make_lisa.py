"""LISA's mnist.pkl as Python 2's cPickle wrote it, from the original MNIST files.

    make_lisa.py MNIST OUT [--protocol 0|2] [--limit N]

MNIST holds the four .gz files. OUT is mnist.pkl or mnist.pkl.gz: a tuple of three pairs of float32
(n, 784), which are the pixels divided by 256, and int64 labels. Needs NumPy, and no Python 2.
"""

import argparse
import gzip
import os

import numpy as np


def idx(path, offset):
    with gzip.open(path) as file:
        return np.frombuffer(file.read(), np.uint8, offset=offset)


class CPickle:
    """The opcodes of cPickle for tuples of arrays; strings with one reference are not stored."""

    def __init__(self, write, protocol):
        self.write, self.protocol, self.memo = write, protocol, 0

    def put(self):
        self.memo += 1
        if self.protocol == 0:
            self.write(b"p%d\n" % self.memo)
        else:
            self.write(b"q" + bytes([self.memo]))

    def number(self, value):
        if self.protocol == 0:
            self.write(b"I%d\n" % value)
        elif 0 <= value < 256:
            self.write(b"K" + bytes([value]))
        elif 0 <= value < 65536:
            self.write(b"M" + value.to_bytes(2, "little"))
        else:
            self.write(b"J" + value.to_bytes(4, "little", signed=True))

    def string(self, value):
        if self.protocol == 0:
            # Python 3 writes these bytes as Python 2 wrote a str, behind a b.
            self.write(b"S" + repr(value)[1:].encode() + b"\n")
        elif len(value) < 256:
            self.write(b"U" + bytes([len(value)]) + value)
        else:
            self.write(b"T" + len(value).to_bytes(4, "little") + value)

    def items(self, count, *writers):
        if self.protocol == 0 or count > 3:
            self.write(b"(")
        for writer in writers:
            writer()
        self.write(b"t" if self.protocol == 0 or count > 3 else bytes([0x84 + count]))

    def array(self, array):
        self.write(b"cnumpy.core.multiarray\n_reconstruct\n")
        self.put()
        self.items(
            3, lambda: self.write(b"cnumpy\nndarray\n"),
            lambda: self.items(1, lambda: self.number(0)), lambda: self.string(b"b"))
        self.write(b"R")
        self.put()
        self.items(
            5, lambda: self.number(1),
            lambda: self.items(array.ndim, *[lambda n=n: self.number(n) for n in array.shape]),
            lambda: self.dtype(array.dtype),
            lambda: self.write(b"I00\n" if self.protocol == 0 else b"\x89"),
            lambda: self.string(array.tobytes()))
        self.write(b"b")

    def dtype(self, dtype):
        self.write(b"cnumpy\ndtype\n")
        self.items(
            3, lambda: self.string(dtype.str[1:].encode()), lambda: self.number(0),
            lambda: self.number(1))
        self.write(b"R")
        self.put()
        self.items(
            8, lambda: self.number(3), lambda: self.string(b"<"), lambda: self.write(b"NNN"),
            lambda: self.number(-1), lambda: self.number(-1), lambda: self.number(0))
        self.write(b"b")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mnist")
    parser.add_argument("out")
    parser.add_argument("--protocol", type=int, choices=(0, 2), default=2)
    parser.add_argument("--limit", type=int, help="so many samples of each split")
    arguments = parser.parse_args()
    x, y = (np.concatenate([
        idx(os.path.join(arguments.mnist, f"{split}-{role}.gz"), offset)
        for split in ("train", "t10k")
    ]) for role, offset in (("images-idx3-ubyte", 16), ("labels-idx1-ubyte", 8)))
    x = x.reshape(-1, 784)
    open_file = gzip.open if arguments.out.endswith(".gz") else open
    options = {"compresslevel": 1} if open_file is gzip.open else {}
    with open_file(arguments.out, "wb", **options) as file:
        pickle = CPickle(file.write, arguments.protocol)
        if arguments.protocol:
            file.write(b"\x80" + bytes([arguments.protocol]))

        def pair(first, end):
            end = min(end, first + (arguments.limit or end))
            pickle.items(
                2, lambda: pickle.array(x[first:end].astype(np.float32) / np.float32(256)),
                lambda: pickle.array(y[first:end].astype(np.int64)))

        pickle.items(3, lambda: pair(0, 50000), lambda: pair(50000, 60000), lambda: pair(60000, 70000))
        file.write(b".")


if __name__ == "__main__":
    main()
