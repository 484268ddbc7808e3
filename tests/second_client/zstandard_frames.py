"""One zstd frame (RFC 8878), by the platform's own library."""

import ctypes
import ctypes.util

SOURCE_SIZE_WRONG = 72  # zstd_errors.h
NOT_KNOWN = 2 ** 64 - 2  # this and above: no size is stated, or it cannot be read


class Damaged(Exception):
    def __init__(self, sort, offset=0):
        super().__init__(sort)
        self.sort = sort
        self.offset = offset


def library():
    found = ctypes.CDLL(ctypes.util.find_library("zstd") or "libzstd.so.1")
    size, text = ctypes.c_size_t, ctypes.c_char_p
    for name, result, arguments in (
            ("ZSTD_findFrameCompressedSize", size, [text, size]),
            ("ZSTD_getFrameContentSize", ctypes.c_ulonglong, [text, size]),
            ("ZSTD_decompress", size, [text, size, text, size]),
            ("ZSTD_isError", ctypes.c_uint, [size]), ("ZSTD_getErrorCode", ctypes.c_int, [size])):
        function = getattr(found, name)
        function.restype, function.argtypes = result, arguments
    return found


ZSTD = library()


def decompressed(frame, most):
    frame = bytes(frame)
    taken = ZSTD.ZSTD_findFrameCompressedSize(frame, len(frame))
    if ZSTD.ZSTD_isError(taken):
        if ZSTD.ZSTD_getErrorCode(taken) == SOURCE_SIZE_WRONG:
            raise Damaged("truncated", len(frame))
        raise Damaged("damaged compression")
    if taken < len(frame):
        raise Damaged("trailing bytes", taken)
    content = ZSTD.ZSTD_getFrameContentSize(frame, len(frame))
    if content >= NOT_KNOWN or content == 0:
        raise Damaged("damaged compression")
    if content > most:
        raise Damaged("too large")
    plain = ctypes.create_string_buffer(content)
    if ZSTD.ZSTD_decompress(plain, content, frame, len(frame)) != content:
        raise Damaged("damaged compression")
    return plain.raw
