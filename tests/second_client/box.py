"""An entry of the outbox, sealed to the server: docs/file-formats.md, "Sealed box" and "Outbox"."""

import ctypes
import ctypes.util
import hashlib
import hmac
import os
import struct

from keys import Files, openssl, pem

X25519_PUBLIC = bytes.fromhex("302a300506032b656e032100")  # RFC 8410, before the key's 32 bytes
MARK = bytes.fromhex("895a4f42580d0a1a")
KEM = b"KEM\x00\x20"
SUITE = b"HPKE\x00\x20\x00\x01\x00\x02"
PURPOSE = b"zhibu outbox server v1"
AEAD_SET_TAG, AEAD_GET_TAG, TAG_BYTES = 0x11, 0x10, 16  # openssl/evp.h


def aes_256_gcm(key, nonce, text, bound_to):
    """Sealed, with the tag at its end."""
    library = ctypes.CDLL(ctypes.util.find_library("crypto") or "libcrypto.so.3")
    library.EVP_CIPHER_CTX_new.restype = library.EVP_aes_256_gcm.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.EVP_CIPHER_CTX_new())
    cipher = ctypes.c_void_p(library.EVP_aes_256_gcm())
    size, out = ctypes.c_int(), ctypes.create_string_buffer(len(text) + TAG_BYTES)
    tag = ctypes.create_string_buffer(TAG_BYTES)
    done = library.EVP_EncryptInit_ex(context, cipher, None, key, nonce)
    done &= library.EVP_EncryptUpdate(context, None, ctypes.byref(size), bound_to, len(bound_to))
    done &= library.EVP_EncryptUpdate(context, out, ctypes.byref(size), text, len(text))
    done &= library.EVP_EncryptFinal_ex(context, tag, ctypes.byref(size))
    done &= library.EVP_CIPHER_CTX_ctrl(context, AEAD_GET_TAG, TAG_BYTES, tag)
    library.EVP_CIPHER_CTX_free(context)
    if not done:
        raise RuntimeError("AES-256-GCM")
    return out.raw[:len(text)] + tag.raw


def extract(suite, salt, label, secret):
    """RFC 9180, 4, LabeledExtract."""
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + secret, "sha256")


def expand(suite, secret, label, info, size):
    """RFC 9180, 4, LabeledExpand, up to one hash."""
    labelled = struct.pack(">H", size) + b"HPKE-v1" + suite + label + info
    return hmac.digest(secret, labelled + b"\1", "sha256")[:size]


def agreement(recipient):
    """(what both ends agree on, our passing public key)."""
    with Files() as file:
        key = file("key", openssl("genpkey", "-algorithm", "X25519"))
        peer = file("peer", pem("PUBLIC KEY", X25519_PUBLIC + recipient))
        passing = openssl("pkey", "-in", key, "-pubout", "-outform", "DER")[-32:]
        return openssl("pkeyutl", "-derive", "-inkey", key, "-peerkey", peer), passing


def seal(recipient, purpose, bound_to, text):
    """RFC 9180, 5 and 6.1, base mode."""
    agreed, passing = agreement(recipient)
    shared = expand(KEM, extract(KEM, b"", b"eae_prk", agreed), b"shared_secret",
                    passing + recipient, 32)
    context = (b"\0" + extract(SUITE, b"", b"psk_id_hash", b"") +
               extract(SUITE, b"", b"info_hash", purpose))
    secret = extract(SUITE, shared, b"secret", b"")
    key = expand(SUITE, secret, b"key", context, 32)
    nonce = expand(SUITE, secret, b"base_nonce", context, 12)
    return passing + aes_256_gcm(key, nonce, text, bound_to)


def entry(server_box_key, name, group, signature):
    """Of a client that keeps its groups otherwise: what is for the own device alone is random."""
    size = 260 + 4 + len(group) + len(signature) + 32
    content_key = os.urandom(32)
    header = (MARK + struct.pack("<IHHQ", size, 1, 0, name["sequence"]) + name["device"].bytes +
              name["incarnation"].bytes + hashlib.sha256(server_box_key).digest()[:8] +
              os.urandom(8) + bytes(32))
    head = header + seal(server_box_key, PURPOSE, header, content_key) + os.urandom(60)
    text = struct.pack("<I", len(group)) + group + signature
    whole = head + aes_256_gcm(content_key, bytes(12), text, head)
    return whole + hashlib.sha256(whole).digest()
