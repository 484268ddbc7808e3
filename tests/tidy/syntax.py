"""Reads just enough structure out of tokens: statements, functions, lambdas, initialisers.

Not a parser. It tells a block's brace from an initialiser's by what stands before it, which is
certain for code in the house style; the fixtures show the forms it must know.
"""

from dataclasses import dataclass, field

CONTROL = {"if", "for", "while", "switch", "catch", "else", "do", "try"}
TYPE_WORDS = {"class", "struct", "union", "enum", "namespace", "extern"}
BEFORE_BODY = {"const", "noexcept", "override", "final", "mutable", "try", "else", "do", "requires"}
# A `[` after one of these is an index or a name, not a lambda's start.
INDEX_BEFORE = {")", "]", "auto", "delete", "new"}
EXPRESSION_WORDS = {"return", "co_return", "co_await", "co_yield", "case", "throw"}


@dataclass
class Statement:
    """A full expression or declaration, without the blocks and lambda bodies inside it."""

    tokens: list = field(default_factory=list)
    braces: list = field(default_factory=list)  # lines of brace initialisers
    capturing_lambdas: list = field(default_factory=list)  # lines


@dataclass
class Body:
    """A function's or a lambda's body."""

    first_line: int
    last_line: int = 0
    is_function: bool = False
    captures: bool = False
    statements: list = field(default_factory=list)


@dataclass
class _Open:
    closer: str
    kind: str  # paren, square, attribute, initialiser, block, lambda
    outer: Statement | None = None
    body: Body | None = None


class _Reader:
    def __init__(self, tokens):
        self.tokens = tokens
        self.statement = Statement()
        self.statements = []
        self.bodies = []
        self.open = []
        self.pending_lambda = []  # depth of `open`, and whether it captures

    def read(self):
        for index, token in enumerate(self.tokens):
            if token.text in ("(", "[", "[[", "{"):
                self._opened(index, token)
            elif token.text in (")", "]", "}"):
                self._closed(token)
            elif token.text == ";":
                self._end_statement()
            elif token.text == ":" and self._is_label():
                self._end_statement()
            else:
                self.statement.tokens.append(token)
        self._end_statement()
        return self

    def _is_label(self):
        words = [token.text for token in self.statement.tokens]
        return words in (["public"], ["private"], ["protected"], ["default"]) or (
            bool(words)
            and words[0] == "case"
            and bool(self.open)
            and self.open[-1].kind in ("block", "lambda")
        )

    def _end_statement(self):
        if self.statement.tokens or self.statement.braces:
            self.statements.append(self.statement)
            for frame in reversed(self.open):
                if frame.body:
                    frame.body.statements.append(self.statement)
                    break
        self.statement = Statement()

    def _opened(self, index, token):
        if token.text == "(":
            self.open.append(_Open(")", "paren"))
        elif token.text == "[[":
            # `[[` also starts a subscript with a lambda, which nobody writes.
            self.open.append(_Open("]", "attribute"))
            self.open.append(_Open("]", "attribute"))
        elif token.text == "[":
            self._opened_square(index, token)
        else:
            self._opened_brace(index, token)
            return
        self.statement.tokens.append(token)

    def _opened_square(self, index, token):
        if self._is_lambda(index):
            captures = self.tokens[index + 1].text != "]"
            if captures:
                self.statement.capturing_lambdas.append(token.line)
            self.pending_lambda.append((len(self.open), captures))
        self.open.append(_Open("]", "square"))

    def _is_lambda(self, index):
        if index == 0:
            return True
        before = index - 1
        while before > 0 and self.tokens[before].text in ("&", "&&", "const"):
            before -= 1
        if self.tokens[before].text == "auto":
            return False  # a structured binding
        previous = self.tokens[index - 1]
        if previous.kind == "word":
            return previous.text in EXPRESSION_WORDS
        return previous.text not in INDEX_BEFORE and previous.kind not in ("string", "number")

    def _opened_brace(self, index, token):
        depth = len(self.open)
        if self.pending_lambda and self.pending_lambda[-1][0] == depth and self._ends_lambda(index):
            captures = self.pending_lambda.pop()[1]
            body = Body(token.line, captures=captures)
            self.open.append(_Open("}", "lambda", self.statement, body))
            self.statement = Statement()
        elif self._is_block(index):
            first = self.statement.tokens[0].line if self.statement.tokens else token.line
            body = Body(first, is_function=True) if self._is_function() else None
            self._end_statement()
            self.open.append(_Open("}", "block", None, body))
        else:
            self.statement.braces.append(token.line)
            self.statement.tokens.append(token)
            self.open.append(_Open("}", "initialiser"))

    def _ends_lambda(self, index):
        return self._before_body(index) or self.tokens[index - 1].text == "]"

    def _is_block(self, index):
        if self.open and self.open[-1].kind in ("paren", "square", "initialiser"):
            # Inside an expression only a requires-expression opens a block of its own.
            return "requires" in [token.text for token in self.statement.tokens[-12:]]
        if index == 0:
            return True
        words = self._head()
        if "=" not in words and TYPE_WORDS & set(words if "(" not in words else words[:2]):
            return True
        return self._before_body(index) or self.tokens[index - 1].text in ("{", "}", ";", ":")

    def _head(self):
        """The statement so far without a leading `template <...>`."""
        words = [token.text for token in self.statement.tokens]
        if words[:2] != ["template", "<"]:
            return words
        depth = 0
        for position, word in enumerate(words[1:], 1):
            depth += (word == "<") - (word == ">")
            if depth == 0:
                return words[position + 1 :]
        return words

    def _before_body(self, index):
        previous = self.tokens[index - 1].text
        if previous == ")" or previous in BEFORE_BODY:
            return True
        if previous in ("&", "&&") and self.tokens[index - 2].text == ")":
            return True
        # A trailing return type: types back to `->` after the parameters.
        position = index - 1
        while position > 0 and (
            self.tokens[position].kind in ("word", "number")
            or self.tokens[position].text in ("::", "<", ">", ",", "*", "&", "&&")
        ):
            position -= 1
        before_arrow = self.tokens[position - 1].text
        return self.tokens[position].text == "->" and (
            before_arrow in (")", "]") or before_arrow in BEFORE_BODY
        )

    def _is_function(self):
        words = self._head()
        if not words or words[0] in CONTROL or "(" not in words:
            return False
        return not any(frame.body for frame in self.open)

    def _closed(self, token):
        if not self.open:
            self.statement.tokens.append(token)
            return
        frame = self.open.pop()
        while self.pending_lambda and self.pending_lambda[-1][0] > len(self.open):
            self.pending_lambda.pop()
        if frame.kind in ("block", "lambda"):
            self.open.append(frame)
            self._end_statement()
            self.open.pop()
            if frame.body:
                frame.body.last_line = token.line
                self.bodies.append(frame.body)
            if frame.kind == "lambda":
                self.statement = frame.outer
        else:
            self.statement.tokens.append(token)


def read_syntax(tokens):
    """All statements, and all bodies of functions and lambdas, in the order in which they end."""
    reader = _Reader(tokens).read()
    return reader.statements, reader.bodies
