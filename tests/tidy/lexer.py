"""Cuts C++ text into tokens, comments and includes, each with its line."""

import re
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Token:
    text: str
    line: int
    kind: str  # word, number, string, punctuation


@dataclass(frozen=True)
class Include:
    path: str
    line: int
    quoted: bool


@dataclass
class Source:
    """One file: `path` is relative to the root of the tree, with forward slashes."""

    path: str
    text: str
    tokens: list = field(default_factory=list)
    comments: list = field(default_factory=list)  # (line, text) one per line of a comment
    includes: list = field(default_factory=list)

    @property
    def folder(self):
        parts = self.path.split("/")[:-1]
        return "/".join(parts[:-1] if parts and parts[-1] == "detail" else parts)

    @property
    def is_header(self):
        return self.path.endswith(".hpp")


_PIECE = re.compile(
    r"""
      (?P<space>[ \t\r\f\v]+|\\\n)
    | (?P<newline>\n)
    | (?P<comment>//(?:[^\n\\]|\\\n|\\.)*|/\*.*?(?:\*/|\Z))
    | (?P<raw>(?:u8|[uUL])?R"(?P<delimiter>[^()\\\s]{0,16})\(.*?(?:\)(?P=delimiter)"|\Z))
    | (?P<string>(?:u8|[uUL])?"(?:[^"\\\n]|\\.|\\\n)*"?)
    | (?P<character>(?:u8|[uUL])?'(?:[^'\\\n]|\\.)*'?)
    | (?P<number>\.?[0-9](?:'?[0-9a-zA-Z_.]|[eEpP][+-])*)
    | (?P<word>[A-Za-z_\u0080-\U0010ffff][A-Za-z0-9_\u0080-\U0010ffff]*)
    | (?P<punctuation>::|->|\[\[|&&|\|\||==|!=|<=|>=|[^\s])
    """,
    re.VERBOSE | re.DOTALL,
)

_INCLUDE = re.compile(r'#\s*include\s*(?:"(?P<quoted>[^"]+)"|<(?P<angled>[^>]+)>)')


def read_source(path, text):
    source = Source(path, text)
    line = 1
    position = 0
    at_line_start = True
    while position < len(text):
        if at_line_start and text[position] == "#":
            end = _directive_end(text, position)
            directive = text[position:end]
            include = _INCLUDE.match(directive)
            if include:
                quoted = include["quoted"] is not None
                path_in_it = include["quoted"] or include["angled"]
                source.includes.append(Include(path_in_it, line, quoted))
            elif re.match(r"#\s*define\b", directive):
                # What a macro says counts as code; its own name and parameters do no harm.
                inner = read_source(path, " " + directive[directive.index("define") + 6 :])
                source.tokens.extend(Token(t.text, t.line + line - 1, t.kind) for t in inner.tokens)
                source.tokens.append(Token(";", line, "punctuation"))
            for offset, part in enumerate(directive.split("\n")):
                _, slashes, comment = part.partition("//")
                if slashes and not include:
                    source.comments.append((line + offset, "//" + comment))
                elif slashes and "//" in part[include.end() :]:
                    source.comments.append((line + offset, part[part.index("//", include.end()) :]))
            line += directive.count("\n")
            position = end
            continue
        piece = _PIECE.match(text, position)
        kind, value = piece.lastgroup, piece.group()
        if kind == "delimiter":
            kind = "raw"
        if kind == "comment":
            for offset, part in enumerate(value.split("\n")):
                source.comments.append((line + offset, part))
        elif kind in ("raw", "string", "character"):
            source.tokens.append(Token(value, line, "string"))
        elif kind in ("number", "word", "punctuation"):
            source.tokens.append(Token(value, line, kind))
        if kind == "newline":
            at_line_start = True
        elif kind != "space":
            at_line_start = False
        line += value.count("\n")
        position = piece.end()
    return source


def _directive_end(text, start):
    """The newline that ends the directive; one after a backslash does not."""
    end = start
    while True:
        end = text.find("\n", end)
        if end < 0:
            return len(text)
        if text[end - 1] != "\\":
            return end
        end += 1
