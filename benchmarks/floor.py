# SPDX-License-Identifier: GPL-3.0-or-later
"""The least that any client of the API has to do: send the bytes, take them in, split the words.

Imports nothing of the product.
"""

import socket
import sys
from collections.abc import Iterable, Sequence

from benchmarks.world import PASSWORD, USER


def word(text: str) -> bytes:
    data = text.encode()
    size = len(data)
    return (bytes([size]) if size < 0x80 else (size | 0x8000).to_bytes(2, "big")) + data


def sentence(words: Iterable[str]) -> bytes:
    return b"".join(map(word, words)) + b"\0"


class Floor:
    """A logged-in socket."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.ask([["/login", f"=name={USER}", f"=password={PASSWORD}"]])

    def ask(self, sentences: Sequence[Sequence[str]]) -> int:
        """Send all, and split what comes until each is done; how many sentences came."""
        self.socket.sendall(b"".join(map(sentence, sentences)))
        rest = b""
        done = count = 0
        while done < len(sentences):
            data = rest + self.socket.recv(1 << 18)
            at, size = 0, len(data)
            while at < size:
                length, start = data[at], at + 1
                if length >= 0x80:
                    if start == size:
                        break
                    length, start = (length & 0x7F) << 8 | data[start], start + 1
                if start + length > size:
                    break
                word = data[start : start + length]
                at = start + length
                count += not word
                done += word == b"!done"
            rest = data[at:]
        return count


def main() -> None:
    """PORT, and a print a line on stdin, its words parted by tabs."""
    floor = Floor(int(sys.argv[1]))
    floor.ask([line.rstrip("\n").split("\t") for line in sys.stdin])


if __name__ == "__main__":
    main()
