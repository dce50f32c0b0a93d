"""Writes NumPy arrays in every way that .npy and .npz know, into a directory.

    python3 make_arrays.py DIRECTORY

For every NAME.npy that a line `NAME type shape` of index.txt tells of, NAME.bin has the same elements in
C order and little-endian. The rest is what a reader should refuse, and .npz files of every kind.
"""

import io
import os
import struct
import sys
import zipfile

import numpy as np

TYPES = ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8", "b1"]
NAMES = {
    "u1": "u8", "i1": "i8", "u2": "u16", "i2": "i16", "u4": "u32", "i4": "i32", "u8": "u64",
    "i8": "i64", "f2": "f16", "f4": "f32", "f8": "f64", "b1": "bool",
}
SHAPES = [(5,), (0, 3), (7, 4), (6, 5, 3), (1, 2, 2, 3), (3, 40, 33)]


def values(code, shape):
    random = np.random.RandomState(sum(map(ord, code)) + 7 * len(shape))
    if code == "b1":
        return random.randint(0, 2, shape).astype("b1")
    if code[0] == "f":
        array = np.asarray(random.standard_normal(shape) * 100).astype(code)
        if array.size > 3:
            array.flat[:3] = [np.inf, -0.0, np.finfo(code).tiny]
        return array
    info = np.iinfo(code)
    array = random.randint(0, 2**32, shape, dtype="u8") * 4294967311
    array = array.astype(code)
    if array.size > 2:
        array.flat[:2] = [info.min, info.max]
    return array


def python2_header(array):
    """The header as Python 2 wrote it: sizes with an L, padded to 16 bytes."""
    shape = "(" + "".join("%dL, " % size for size in array.shape).strip()
    shape = shape + ")" if array.ndim == 1 else shape.rstrip(", ") + ")"
    text = "{'descr': '%s', 'fortran_order': False, 'shape': %s, }" % (array.dtype.str, shape)
    text += " " * (15 - (10 + len(text)) % 16) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()


def main(directory):
    index = open(os.path.join(directory, "index.txt"), "w")

    def note(name, array):
        plain = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"))
        with open(os.path.join(directory, name + ".bin"), "wb") as file:
            file.write(plain.tobytes())
        code = array.dtype.str[1:]
        print(name, NAMES[code], "x".join(map(str, array.shape)), file=index)

    for code in TYPES:
        for shape in SHAPES:
            for order in "<>":
                for layout in "CF":
                    for version in [(1, 0), (2, 0), (3, 0)]:
                        array = np.array(
                            values(code, shape), dtype=np.dtype(code).newbyteorder(order),
                            order=layout)
                        name = "%s-%s-%s%s-v%d" % (
                            code, "x".join(map(str, shape)), "le" if order == "<" else "be",
                            layout, version[0])
                        with open(os.path.join(directory, name + ".npy"), "wb") as file:
                            np.lib.format.write_array(file, array, version=version)
                        note(name, array)
    for shape in SHAPES:
        array = values("i4", shape)
        name = "python2-" + "x".join(map(str, shape))
        with open(os.path.join(directory, name + ".npy"), "wb") as file:
            file.write(python2_header(array) + array.tobytes())
        note(name, array)

    containers(directory)
    np.save(os.path.join(directory, "objects.npy"), np.array([None, {}], dtype=object))
    np.save(os.path.join(directory, "complex.npy"), np.zeros((2, 2), "c8"))
    np.save(os.path.join(directory, "structured.npy"), np.zeros(2, "u1,f4"))
    np.save(os.path.join(directory, "text.npy"), np.array(["a", "bc"]))


def containers(directory):
    images = np.arange(6 * 4 * 4, dtype="u1").reshape(6, 4, 4)
    labels = np.arange(6) % 3
    halves = dict(x_train=images[:4], y_train=labels[:4], x_test=images[4:], y_test=labels[4:])
    np.savez(os.path.join(directory, "stored.npz"), **halves)
    np.savez_compressed(os.path.join(directory, "deflated.npz"), **halves)
    np.savez(os.path.join(directory, "positions.npz"), images, labels)
    np.savez(
        os.path.join(directory, "fortran.npz"),
        **{name: np.asfortranarray(array) for name, array in halves.items()})
    np.savez_compressed(
        os.path.join(directory, "splits.npz"), x_train=images[:2], y_train=labels[:2],
        x_extra=images[2:], y_extra=labels[2:])
    for name, array in [
        ("k49-train-imgs", images[:4]), ("k49-train-labels", labels[:4]),
        ("k49-test-imgs", images[4:]), ("k49-test-labels", labels[4:]),
    ]:
        np.savez_compressed(os.path.join(directory, name + ".npz"), array)
    # As written to a pipe: sizes behind the data.
    with zipfile.ZipFile(
        Unseekable(os.path.join(directory, "streamed.npz")), "w", zipfile.ZIP_DEFLATED
    ) as archive:
        for name, array in halves.items():
            buffer = io.BytesIO()
            np.save(buffer, array)
            archive.writestr(name + ".npy", buffer.getvalue())
    np.savez(os.path.join(directory, "onehot.npz"), images=images, labels=np.eye(3)[labels])


class Unseekable:
    """A file that cannot go back."""

    def __init__(self, path):
        self.file = open(path, "wb")

    def write(self, data):
        return self.file.write(data)

    def flush(self):
        self.file.flush()


if __name__ == "__main__":
    main(sys.argv[1])
