"""One channel: TLS 1.3, WebSocket, frames; docs/protocol.md, 2."""

import base64
import hashlib
import hmac
import os
import socket
import ssl
import struct
import tempfile
from pathlib import Path

import wire

BINDING = b"EXPORTER-zhibu-session"
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3
BINARY, CLOSE, PING, PONG = 2, 8, 9, 10


def expand_label(secret, label, context, size, algorithm):
    """HKDF-Expand-Label of RFC 8446, 7.1, up to one hash."""
    info = struct.pack(">HB", size, len(label) + 6) + b"tls13 " + label
    info += bytes([len(context)]) + context
    return hmac.digest(secret, info + b"\1", algorithm)[:size]


def exporter(secret, label, size, algorithm):
    """RFC 8446, 7.5, without a context."""
    nothing = hashlib.new(algorithm).digest()
    derived = expand_label(secret, label, nothing, len(nothing), algorithm)
    return expand_label(derived, b"exporter", nothing, size, algorithm)


class Closed(Exception):
    """The other end has closed the channel, or lost it."""


class Channel:
    def __init__(self, address, port, path, context):
        with tempfile.TemporaryDirectory() as folder:
            # Python has no exporter, but says the secret from which it is made.
            log = Path(folder) / "secrets"
            log.touch(mode=0o600)
            context.keylog_filename = str(log)
            raw = socket.create_connection((address, port), timeout=20)
            self.socket = context.wrap_socket(raw, server_hostname=address)
            secret = next(bytes.fromhex(line.split()[2]) for line in log.read_text().splitlines()
                          if line.startswith("EXPORTER_SECRET"))
        algorithm = "sha384" if "SHA384" in self.socket.cipher()[0] else "sha256"
        self.binding = exporter(secret, BINDING, 32, algorithm)
        self.buffer = b""
        self.upgrade(address, path)

    def server_certificate(self):
        return self.socket.getpeercert(binary_form=True)

    def upgrade(self, address, path):
        key = base64.b64encode(os.urandom(16))
        self.socket.sendall((f"GET {path} HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\n"
                             "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                             f"Sec-WebSocket-Key: {key.decode()}\r\n\r\n").encode())
        while b"\r\n\r\n" not in self.buffer:
            self.receive()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        accepted = base64.b64encode(hashlib.sha1(key + GUID).digest())
        if not head.startswith(b"HTTP/1.1 101 ") or accepted not in head:
            raise Closed(head.split(b"\r\n")[0].decode())

    def receive(self):
        try:
            got = self.socket.recv(1 << 16)
        except ssl.SSLError as wrong:
            raise Closed(str(wrong)) from None
        if not got:
            raise Closed("end of the channel")
        self.buffer += got

    def take(self, count):
        while len(self.buffer) < count:
            self.receive()
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def put(self, opcode, data):
        mask = os.urandom(4)
        size = len(data)
        head = bytes([0x80 | opcode])
        if size < 126:
            head += bytes([0x80 | size])
        elif size < 1 << 16:
            head += b"\xfe" + struct.pack(">H", size)
        else:
            head += b"\xff" + struct.pack(">Q", size)
        pad = (mask * (size // 4 + 1))[:size]
        masked = (int.from_bytes(data, "big") ^ int.from_bytes(pad, "big")).to_bytes(size, "big")
        self.socket.sendall(head + mask + masked)

    def get(self):
        """The next binary message; pings are answered."""
        message = b""
        while True:
            first, second = self.take(2)
            size = second & 0x7F
            if size == 126:
                size = struct.unpack(">H", self.take(2))[0]
            elif size == 127:
                size = struct.unpack(">Q", self.take(8))[0]
            if second & 0x80 or size > wire.FRAME_BYTES_MAX:
                raise Closed("a frame that no server sends")
            data, opcode = self.take(size), first & 15
            if opcode == CLOSE:
                raise Closed("closed by the server")
            if opcode == PING:
                self.put(PONG, data)
            elif opcode in (0, BINARY):
                message += data
                if first & 0x80:
                    return message

    def send(self, name, **members):
        self.put(BINARY, wire.encode_frame(name, **members))

    def message(self):
        return wire.decode_frame(self.get())

    def close(self):
        self.socket.close()


def tls(root=None, chain=None, key=None):
    """TLS 1.3 alone. Without a root nothing is checked yet: enrolment does, by the code (3)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    if root is None:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        context.load_verify_locations(cadata=ssl.DER_cert_to_PEM_cert(root))
    if chain is not None:
        context.load_cert_chain(chain, key)
    return context
