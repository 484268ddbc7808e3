"""The house rules. Each check takes what it needs and yields Findings; none of them prints."""

import re
from dataclasses import dataclass

import layers
from syntax import EXPRESSION_WORDS, read_syntax

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70


@dataclass(frozen=True, order=True)
class Finding:
    path: str
    line: int
    rule: str
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.message} [{self.rule}]"


def _is_under(path, places):
    return any(path == place or path.startswith(place + "/") for place in places)


def _in_tests(source):
    return source.path.startswith("tests/")


def check_include_edges(sources):
    """Every include from the root, to a file that is there, along an arrow of the table."""
    known = {source.path for source in sources}
    for source in sources:
        for include in source.includes:
            if include.quoted:
                yield from _check_edge(source, include, known)


def _check_edge(source, include, known):
    def finding(rule, message):
        return Finding(source.path, include.line, rule, message)

    target = include.path
    if target not in known:
        yield finding(
            "include-from-root",
            f'no file "{target}": includes are written from the root of the tree',
        )
        return
    parts = target.split("/")[:-1]
    to_folder = "/".join(parts[:-1] if parts and parts[-1] == "detail" else parts)
    if parts and parts[-1] == "detail" and source.folder not in (to_folder, "tests/" + to_folder):
        yield finding("detail", f"{to_folder}/detail is private to {to_folder} and its tests")
    if _in_tests(source) or source.path.startswith("cmake/"):
        return
    if to_folder.startswith("tests"):
        yield finding("layer", "nothing outside tests/ may include a test's file")
        return
    from_folder = source.folder
    for folder in (from_folder, to_folder):
        if folder not in layers.LAYERS:
            yield finding(
                "layer", f"folder {folder} is not in the table of tests/tidy/layers.py: place it"
            )
            return
    if to_folder != from_folder and to_folder not in layers.LAYERS[from_folder]:
        yield finding(
            "layer",
            f"{from_folder} may not include {to_folder}: "
            "dependencies point one way (docs/architecture.md, tests/tidy/layers.py)",
        )


def check_folder_cycles(sources):
    """No ring of folders, whatever the table says."""
    edges = {}
    places = {}
    for source in sources:
        if _in_tests(source):
            continue
        for include in source.includes:
            if not include.quoted or "/" not in include.path:
                continue
            to_folder = include.path.rsplit("/", 1)[0].removesuffix("/detail")
            if to_folder != source.folder:
                edges.setdefault(source.folder, set()).add(to_folder)
                places.setdefault((source.folder, to_folder), (source.path, include.line))
    for ring in _rings(edges):
        path, line = places[(ring[0], ring[1])]
        yield Finding(path, line, "cycle", "folders form a ring: " + " -> ".join(ring))


def _rings(edges):
    """Each ring once, started at its first folder by name."""
    found = set()

    def walk(folder, trail):
        if folder in trail:
            ring = trail[trail.index(folder) :]
            start = ring.index(min(ring))
            found.add(tuple(ring[start:] + ring[:start] + [ring[start]]))
            return
        for target in sorted(edges.get(folder, ())):
            walk(target, trail + [folder])

    for folder in sorted(edges):
        walk(folder, [])
    return sorted(found)


def check_one_definition(sources):
    """No two types of one full name: the linker would take the functions of either for both."""
    first = {}
    for source in sources:
        for name, line in _types_defined(source.tokens):
            path = first.setdefault(name, source.path)
            if path != source.path:
                yield Finding(
                    source.path,
                    line,
                    "one-definition",
                    f"{name} is defined in {path} too: give one of them another name",
                )


def _types_defined(tokens):
    """Full name and line of each type defined in a namespace that has a name."""
    scopes = []  # a namespace's name, or None for any other brace
    texts = [token.text for token in tokens]
    index = 0
    while index < len(tokens):
        text = texts[index]
        if text == "namespace":
            opening = next(i for i in range(index, len(texts)) if texts[i] in ("{", ";", "="))
            if texts[opening] == "{":
                scopes.append("".join(texts[index + 1 : opening]) or None)
                index = opening
        elif text == "{":
            scopes.append(None)
        elif text == "}":
            scopes.pop()
        elif text in ("class", "struct", "union") and None not in scopes and scopes:
            word = index + 2 if texts[index + 1] == "class" else index + 1
            if tokens[word].kind == "word" and texts[word + 1] in ("{", ":", "final"):
                yield "::".join([*scopes, texts[word]]), tokens[word].line
        index += 1


def check_third_party_headers(source):
    for include in source.includes:
        if include.path in layers.FORBIDDEN_HEADERS:
            yield Finding(
                source.path,
                include.line,
                "header",
                f"<{include.path}>: {layers.FORBIDDEN_HEADERS[include.path]}",
            )
            continue
        for start, (places, why) in layers.CONFINED_HEADERS.items():
            if not include.path.startswith(start):
                continue
            if not _in_tests(source) and not _is_under(source.path, places):
                yield Finding(
                    source.path,
                    include.line,
                    "header",
                    f"<{include.path}> only in {', '.join(places)}: {why}",
                )
            elif (
                source.is_header
                and "/detail/" not in source.path
                and include.path not in layers.LIGHT_HEADERS
            ):
                yield Finding(
                    source.path,
                    include.line,
                    "header",
                    f"<{include.path}> in a header: everybody who includes it would pay; "
                    "keep it in the .cpp file",
                )


# Calls that reach for time, randomness or the file system, as runs of tokens.
_TIME_AND_CHANCE = [
    (("system_clock", "::", "now"), "take a Clock"),
    (("random_device",), "take a Random"),
    (("rand", "("), "take a Random"),
    (("srand", "("), "take a Random"),
]
_FILES = [
    (("ofstream",), "files belong to the adapters"),
    (("fopen", "("), "files belong to the adapters"),
    (("::", "open", "("), "files belong to the adapters"),
]


def check_forbidden_calls(source):
    forbidden = []
    if _in_tests(source):
        if not _is_under(source.path, layers.TESTS_WITH_REAL_TIME):
            forbidden = _TIME_AND_CHANCE
    elif not _is_under(source.path, layers.ADAPTERS):
        forbidden = _TIME_AND_CHANCE + _FILES
    tokens = source.tokens
    for index, token in enumerate(tokens):
        for run, why in forbidden:
            if token.text != run[0] or not _matches(tokens, index, run):
                continue
            if run[-1] == "(" and _is_own_name(tokens, index):
                continue
            yield Finding(
                source.path,
                token.line,
                "call",
                f"{''.join(run).rstrip('(')} outside an adapter: {why} as a parameter "
                "(tests/tidy/layers.py names the adapters)",
            )
        if source.is_header and token.text == "using" and _matches(
            tokens, index, ("using", "namespace")
        ):
            yield Finding(
                source.path,
                token.line,
                "using-namespace",
                "using namespace in a header puts its names into everybody who includes it",
            )


def _is_own_name(tokens, index):
    """`archive.open(`, `Archive::rand(`, `int rand(`: a member, or a declaration."""
    before = [token.text for token in tokens[max(0, index - 2) : index]]
    if not before:
        return False
    if before[-1] in (".", "->"):
        return True
    if before[-1] == "::":
        return len(before) == 2 and before[0] != "std" and re.match(r"\w", before[0]) is not None
    return tokens[index - 1].text == ">" or (
        tokens[index - 1].kind == "word" and before[-1] not in EXPRESSION_WORDS | {"else", "do"}
    )


def _matches(tokens, index, run):
    return tuple(token.text for token in tokens[index : index + len(run)]) == run


def check_coroutines(source):
    """g++ 12 destroys such temporaries twice; see docs/decisions.md."""
    statements, bodies = read_syntax(source.tokens)
    for statement in statements:
        if "co_await" not in [token.text for token in statement.tokens]:
            continue
        for line in statement.braces:
            yield Finding(
                source.path,
                line,
                "co-await",
                "a braced initialiser in a co_await expression is destroyed twice by g++ 12: "
                "name it first and move it in",
            )
        for line in statement.capturing_lambdas:
            yield Finding(
                source.path,
                line,
                "co-await",
                "a capturing lambda in a co_await expression is destroyed twice by g++ 12: "
                "name it first and move it in",
            )
    for body in bodies:
        if body.captures and any(
            token.text in ("co_await", "co_return", "co_yield")
            for statement in body.statements
            for token in statement.tokens
        ):
            yield Finding(
                source.path,
                body.first_line,
                "co-await",
                "a capturing lambda is a coroutine: its captures die before it resumes; "
                "make it a function with parameters by value",
            )


def check_function_length(source):
    """As clang-tidy's readability-function-size, and exempt by the same comment."""
    exempt = {
        line + 1
        for line, comment in source.comments
        if re.search(r"NOLINTNEXTLINE\(readability-function-size\): \S", comment)
    }
    for body in read_syntax(source.tokens)[1]:
        length = body.last_line - body.first_line + 1
        if body.is_function and length > FUNCTION_LINES_MAX and body.first_line not in exempt:
            yield Finding(
                source.path,
                body.first_line,
                "function-length",
                f"a function of {length} lines, more than {FUNCTION_LINES_MAX}: split it, or, if "
                "it is a table, say so on the line above: "
                "NOLINTNEXTLINE(readability-function-size): reason",
            )


def check_nodiscard(source):
    """libstdc++ 12's std::expected is not [[nodiscard]] itself."""
    if not source.is_header:
        return
    statements, bodies = read_syntax(source.tokens)
    inside_bodies = {id(statement) for body in bodies for statement in body.statements}
    for statement in statements:
        words = [token.text for token in statement.tokens]
        if id(statement) in inside_bodies or words[:1] == ["using"] or "nodiscard" in words:
            continue
        line = _expected_function(statement.tokens, words)
        if line:
            yield Finding(
                source.path,
                line,
                "nodiscard",
                "a function that returns std::expected without [[nodiscard]]: "
                "its failure could be dropped unseen",
            )


def _expected_function(tokens, words):
    """The line where the statement declares a function that returns std::expected, or None."""
    parens = 0
    for index, word in enumerate(words):
        parens += (word == "(") - (word == ")")
        if parens or word != "expected" or words[index + 1 : index + 2] != ["<"]:
            continue
        trailing = "->" in words[max(0, index - 3) : index]
        depth, position = 0, index + 1
        while position < len(words):
            depth += (words[position] == "<") - (words[position] == ">")
            position += 1
            if depth == 0:
                break
        end = position
        while end < len(words) and (tokens[end].kind == "word" or words[end] in ("::", "&", "*")):
            end += 1
        if trailing or (end > position and words[end : end + 1] == ["("]):
            return tokens[index].line
    return None


def check_header_guard(source):
    if source.is_header and not re.search(r"^#pragma once$", source.text, re.MULTILINE):
        yield Finding(source.path, 1, "pragma-once", "a header without #pragma once")


_EXEMPT = re.compile(r"tidy-exempt\(([a-z-]+)\)(?::\s*(\S.*))?")


def check_exemptions(source):
    for line, comment in source.comments:
        match = _EXEMPT.search(comment)
        if match and match[1] != "file-length":
            yield Finding(source.path, line, "exempt", "only file-length can be exempted so")
        elif match and len(match[2] or "") < 10:
            yield Finding(source.path, line, "exempt", "an exemption says its reason")


def check_file_length(path, text, exempt):
    lines = text.count("\n")
    if lines > FILE_LINES_MAX and not exempt:
        yield Finding(
            path,
            lines,
            "file-length",
            f"a file of {lines} lines, more than {FILE_LINES_MAX}: split it by subject, or, if it "
            "is a table or generated, say so: `tidy-exempt(file-length): reason`",
        )


_UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X"]) + r")\b")
_BANNER = re.compile(r"(=|-|\*|/|#|~|_|\+)\1{3,}")
_NOLINT = re.compile(r"NOLINT(NEXTLINE|BEGIN|END)?\b(.*)")
_NOLINT_GOOD = re.compile(r"\(([a-z][a-zA-Z0-9.-]*(?:,\s*)?)+\)\s*(?::|,|-)?\s*\S.{7,}")
_NOLINT_END = re.compile(r"\(([a-z][a-zA-Z0-9.-]*(?:,\s*)?)+\)")


def check_comments(path, comments):
    for line, comment in comments:
        unfinished = _UNFINISHED.search(comment)
        if unfinished:
            yield Finding(
                path,
                line,
                "unfinished",
                f"{unfinished[1]}: finish it, or write it down where plans are kept",
            )
        if _BANNER.search(re.sub(r"^\s*(//[/!]?|/\*+|#!?)", "", comment)):
            yield Finding(
                path, line, "banner", "a banner comment: a file has one subject, split it instead"
            )
        nolint = _NOLINT.search(comment)
        if nolint:
            good = _NOLINT_END if nolint[1] == "END" else _NOLINT_GOOD
            if not good.match(nolint[2]):
                yield Finding(
                    path,
                    line,
                    "nolint",
                    "a NOLINT names its check in brackets, and then its reason",
                )
