"""Keys and signatures, by `openssl` and the platform's Argon2; how they are used: docs/protocol.md, 3 and 16."""

import base64
import ctypes
import ctypes.util
import hashlib
import hmac
import subprocess
import tempfile
from pathlib import Path

# RFC 8410: what stands before 32 bytes of a private and of a public Ed25519 key.
ED25519_PRIVATE = bytes.fromhex("302e020100300506032b657004220420")
ED25519_PUBLIC = bytes.fromhex("302a300506032b6570032100")
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def openssl(*words, data=b"", may_fail=False):
    done = subprocess.run(["openssl", *map(str, words)], input=data, capture_output=True, timeout=60,
                          check=False)
    if done.returncode != 0 and not may_fail:
        raise RuntimeError(f"openssl {words[0]}: {done.stderr.decode()}")
    return None if done.returncode != 0 else done.stdout


def pem(label, der):
    lines = base64.encodebytes(der).decode().replace("\n", "")
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n"


class Files:
    """Bytes as files, for programs that take nothing else; gone at the end."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        return self

    def __call__(self, name, data):
        file = Path(self.folder.name) / name
        file.touch(mode=0o600)
        file.write_bytes(data if isinstance(data, bytes) else data.encode())
        return file

    def __exit__(self, *_):
        self.folder.cleanup()


def hkdf(secret, salt, info, size=32):
    """RFC 5869 with SHA-256, up to one hash."""
    key = hmac.digest(salt, secret, "sha256")
    return hmac.digest(key, info + b"\1", "sha256")[:size]


def argon2id(password, salt, cost):
    library = ctypes.CDLL(ctypes.util.find_library("argon2") or "libargon2.so.1")
    out = ctypes.create_string_buffer(32)
    number, size = ctypes.c_uint32, ctypes.c_size_t
    library.argon2id_hash_raw.argtypes = [number, number, number, ctypes.c_char_p, size,
                                          ctypes.c_char_p, size, ctypes.c_void_p, size]
    if library.argon2id_hash_raw(cost["passes"], cost["memory_kib"], cost["lanes"], password,
                                 len(password), salt, len(salt), out, 32) != 0:
        raise RuntimeError("argon2id")
    return out.raw


class AccountKey:
    def __init__(self, password, salt, cost):
        self.seed = hkdf(argon2id(password.encode(), salt, cost), salt, b"zhibu account key v1")

    def sign(self, data):
        with Files() as file:
            key = file("key", pem("PRIVATE KEY", ED25519_PRIVATE + self.seed))
            return openssl("pkeyutl", "-sign", "-rawin", "-inkey", key, "-in", file("data", data))


def verify_ed25519(public, data, signature):
    with Files() as file:
        key = file("key", pem("PUBLIC KEY", ED25519_PUBLIC + public))
        return openssl("pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", key, "-sigfile",
                       file("signature", signature), "-in", file("data", data), may_fail=True) is not None


class DeviceKey:
    """P-256, in a file that TLS reads too."""

    def __init__(self, file):
        self.file = file
        if not file.exists():
            file.touch(mode=0o600)
            file.write_bytes(openssl("genpkey", "-algorithm", "EC", "-pkeyopt",
                                     "ec_paramgen_curve:P-256"))

    def signing_request(self):
        return openssl("req", "-new", "-key", self.file, "-subj", "/", "-outform", "DER")

    def sign(self, hash_):
        """ECDSA of the hash itself: pkeyutl takes what it is given for the digest."""
        return openssl("pkeyutl", "-sign", "-inkey", self.file, data=hash_)


class Code:
    """What an officer hands over: 16 secret bytes and the root's SHA-256, in Crockford's base 32."""

    def __init__(self, text):
        plain = text.upper().replace("-", "").replace(" ", "")
        plain = plain.replace("O", "0").replace("I", "1").replace("L", "1")
        bits = 0
        for sign in plain:
            bits = bits << 5 | CROCKFORD.index(sign)
        # 48 bytes are 384 bits; 77 characters hold one more, which is zero.
        data = (bits >> 5 * len(plain) - 384).to_bytes(48, "big")
        self.secret, self.root = data[:16], data[16:]

    def secret_text(self):
        bits = int.from_bytes(self.secret, "big") << 2
        return "".join(CROCKFORD[bits >> 5 * at & 31] for at in range(25, -1, -1))


def is_root_of(root, code):
    return hmac.compare_digest(hashlib.sha256(root).digest(), code.root)
