"""Pickles by this Python and its NumPy, for Kiln to read.

    make_pickles.py DIR

Writes DIR/NAME.pkl for every protocol, type, byte order and memory order, and DIR/expected.json with
what each one holds: {"NAME": {"type": "u8", "shape": [...], "values": "hex of native row-major bytes",
"labels": [...]}}.
"""

import collections
import json
import os
import pickle
import sys

import numpy as np

TYPES = {
    "u1": "u8", "i1": "i8", "u2": "u16", "i2": "i16", "u4": "u32", "i4": "i32",
    "u8": "u64", "i8": "i64", "f2": "f16", "f4": "f32", "f8": "f64", "b1": "bool",
}


def images(code, shape):
    values = np.arange(int(np.prod(shape)), dtype=np.int64).reshape(shape)
    if code == "b1":
        return values % 3 == 0
    if code[0] == "f":
        return (values % 97 / 128).astype(code)
    return (values % 101 - (50 if code[0] == "i" else 0)).astype(code)


def main(out):
    expected = {}

    def save(name, value, array, labels, protocol):
        with open(f"{out}/{name}.pkl", "wb") as file:
            pickle.dump(value, file, protocol=protocol)
        native = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("="))
        expected[name] = {
            "type": TYPES[array.dtype.kind.replace("?", "b") + str(array.dtype.itemsize)],
            "shape": list(array.shape[1:]), "values": native.tobytes().hex(),
            "labels": [int(label) for label in labels],
        }

    for protocol in range(6):
        for code in TYPES:
            for order in "<>":
                base = images(code, (5, 3, 4)).astype(np.dtype(code).newbyteorder(order))
                name = f"{code}-{'le' if order == '<' else 'be'}-p{protocol}"
                labels = np.arange(5, dtype=np.int64)
                save(f"{name}-c", (base, labels), base, labels, protocol)
        base = images("i2", (5, 3, 4))
        views = {
            "fortran": np.asfortranarray(base),
            "axes": np.ascontiguousarray(base.transpose(1, 2, 0)).transpose(2, 0, 1),
            "strided": images("i2", (5, 6, 4))[:, ::2],
            "read-only": np.frombuffer(base.tobytes(), np.int16).reshape(base.shape),
            "large": images("u1", (300, 28, 28)),
        }
        for name, view in views.items():
            labels = np.arange(len(view), dtype="<i4")[::-1]
            save(f"{name}-p{protocol}", (view, labels), view, labels, protocol)
        kinds = {
            "list": [3, 1, 4, 1, 5],
            "tuple": (3, 1, 4, 1, 5),
            "scalars": [np.int64(3), np.uint8(1), np.float64(4), np.int16(1), np.float32(5)],
            "bools": [True, False, True, True, False],
            "floats": [3.0, 1.0, 4.0, 1.0, 5.0],
            "column": np.array([[3], [1], [4], [1], [5]], np.int32),
            "one-hot": np.eye(10, dtype=np.float32)[[3, 1, 4, 1, 5]],
            "wide": [300, 1, 70000, 1, 5],
        }
        for name, labels in kinds.items():
            plain = [3, 1, 4, 1, 5]
            if name == "bools":
                plain = [1, 0, 1, 1, 0]
            if name == "wide":
                plain = [300, 1, 70000, 1, 5]
            for spelling in ("text", "bytes"):
                keys = ["x_train", "y_train"]
                if spelling == "bytes":
                    keys = [key.encode() for key in keys]
                save(f"labels-{name}-{spelling}-p{protocol}", dict(zip(keys, (base, labels))), base,
                     plain, protocol)
        shared = images("u2", (5, 3, 4))
        save(f"shared-p{protocol}", {"train": (shared, [1] * 5), "again": shared}, shared, [1] * 5,
             protocol)
        ordered = collections.OrderedDict(x_train=base, y_train=plain)
        save(f"ordered-p{protocol}", ordered, base, plain, protocol)
        empty = np.zeros((0, 3, 4), np.uint8)
        save(f"empty-p{protocol}", (empty, np.zeros(0, np.int64)), empty, [], protocol)
        texts = {"images": base, "labels": plain, "files": np.array([f"{n}.png" for n in range(2000)]),
                 "bytes": np.array([b"a", b"bc"]), "big": np.array(["a", "b"]).astype(">U1"),
                 "table": np.asfortranarray([["a", "b"], ["c", "d"]]), "name": np.str_("\u2603"),
                 "none": np.array([], "U3")}
        save(f"texts-p{protocol}", texts, base, plain, protocol)
        # What is refused, and why.
        for name, value in {
            "objects": np.array([None, 1], object), "dates": np.array(["2020-01-01"], "M8[D]"),
            "fields": np.zeros(2, [("a", "u1"), ("b", "f4")]), "complex": np.zeros(2, "c8"),
        }.items():
            with open(f"{out}/refused-{name}-p{protocol}.pkl", "wb") as file:
                pickle.dump(value, file, protocol=protocol)
    with open(f"{out}/expected.json", "w") as file:
        json.dump(expected, file)


if __name__ == "__main__":
    os.makedirs(sys.argv[1], exist_ok=True)
    main(sys.argv[1])
