"""Mutants of a header: its text with one small fault each."""
import dataclasses
import re

TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
      | (?P<text>R"(?P<end>[^(\s]*)\(.*?\)(?P=end)"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+')
      | (?P<number>\d(?:'?[\w.])*)
      | (?P<word>[A-Za-z_]\w*)
      | (?P<sign><=>|<<=|>>=|->|::|<<|<=|>=|==|!=|\+\+|--|[-+*/%&|^]=|&&|\|\||.)""",
    re.X | re.S,
)
INTEGER = re.compile(r"(0|[1-9][\d']*|0x[\da-f']+|0b[01']+)([uUlL]*)$")

# What is put in the place of an operator. The constants and the statements are below.
REPLACEMENTS = {
    "<": ("<=", ">="),
    "<=": ("<", ">"),
    ">": (">=", "<="),
    ">=": (">", "<"),
    "==": ("!=",),
    "!=": ("==",),
    "and": ("or",),
    "or": ("and",),
    "+": ("-",),
    "-": ("+",),
    "+=": ("-=",),
    "-=": ("+=",),
    "++": ("--",),
    "--": ("++",),
    "not": ("",),
    "true": ("false",),
    "false": ("true",),
}
ONLY_BETWEEN_SPACES = {"<", ">", "+", "-"}  # elsewhere they are brackets and signs

# What begins a statement that is no call and no assignment, or that declares.
NO_EFFECT = set(
    "return auto using static constexpr const if else for while do switch case default break continue goto struct class enum "
    "union typename template public private protected friend namespace extern operator static_assert".split()
)
ASSIGNS = {"=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=", "++", "--"}
OPENS, CLOSES = "([{", ")]}"
NAMES_A_TYPE = {"class", "struct", "union", "enum", "namespace"}


@dataclasses.dataclass(frozen=True)
class token:
    text: str
    at: int
    kind: str

    @property
    def end(self):
        return self.at + len(self.text)


@dataclasses.dataclass(frozen=True)
class mutant:
    header: str  # below include/rpmsg/
    at: int
    old: str
    new: str
    line: int
    key: str  # the line with its change: does not depend on what stands elsewhere

    def applied_to(self, content):
        return content[: self.at] + self.new + content[self.at + len(self.old) :]


def tokens_of(content):
    found = []
    for match in TOKEN.finditer(content):
        if match.lastgroup != "comment" and not match.group().isspace():
            kind = "text" if match.lastgroup == "end" else match.lastgroup
            found.append(token(match.group(), match.start(), kind))
    return found


class source:
    def __init__(self, header, content):
        self.header, self.content = header, content
        self.tokens = tokens_of(content)
        self.partner = self.brackets()
        self.skipped = self.not_to_be_changed()

    def text(self, i):
        return self.tokens[i].text if 0 <= i < len(self.tokens) else ""

    def brackets(self):
        """Which bracket belongs to which."""
        partner, open_ones = {}, []
        for i, each in enumerate(self.tokens):
            if each.text in OPENS:
                open_ones.append(i)
            elif each.text in CLOSES and open_ones:
                partner[open_ones[-1]] = i
                partner[i] = open_ones.pop()
        return partner

    def end_of_angles(self, i):
        """The `>` of the `<` at i."""
        depth = 0
        while i < len(self.tokens):
            text = self.text(i)
            if text in OPENS:
                i = self.partner[i]
            elif text == "<":
                depth += 1
            elif text in (">", ">=") and not self.is_between_spaces(i):
                depth -= 1
                if depth == 0:
                    return i
            elif text == ";":
                return i
            i += 1
        return i

    def is_between_spaces(self, i):
        one = self.tokens[i]
        return self.content[one.at - 1].isspace() and self.content[one.end : one.end + 1].isspace()

    def end_of_statement(self, i):
        while i < len(self.tokens) and self.text(i) != ";":
            i = self.partner.get(i, i) + 1 if self.text(i) in OPENS else i + 1
        return i

    def end_of_requires(self, i):
        """The last token of the clause or expression whose `requires` stands at i."""
        i += 1
        if self.text(i) == "(":
            i = self.partner[i]
            return self.partner[i + 1] if self.text(i + 1) == "{" and self.text(i + 2) in ("{", "requires") else i
        if self.text(i) == "{":
            return self.partner[i]
        while self.text(i) not in ("{", ";", "class", "struct", "constexpr", "auto", "inline", "using", ""):
            i = self.partner[i] + 1 if self.text(i) == "(" else i + 1
        return i - 1

    def not_to_be_changed(self):
        """The tokens of preprocessor lines, assertions, requirements, template parameters and arguments, attributes, types."""
        skipped, i = set(), 0
        while i < len(self.tokens):
            text, last = self.text(i), None
            line_begin = self.content.rfind("\n", 0, self.tokens[i].at) + 1
            if text == "#" and not self.content[line_begin : self.tokens[i].at].strip():
                last = i
                end = self.content.find("\n", self.tokens[i].at)
                while last + 1 < len(self.tokens) and self.tokens[last + 1].at < end:
                    last += 1
            elif text in ("static_assert", "concept", "using"):
                last = self.end_of_statement(i)
            elif text in ("alignas", "__builtin_assume_aligned", "sizeof", "offsetof") and self.text(i + 1) == "(":
                last = self.partner[i + 1]
            elif text == "requires":
                last = self.end_of_requires(i)
            elif text == "<" and not (self.is_between_spaces(i) and self.text(i - 1) != "template"):
                last = self.end_of_angles(i)
            elif text == "[" and self.text(i + 1) == "[":
                last = self.partner[i]
            elif text == "enum":
                while self.text(i) not in ("{", ";"):
                    i += 1
                last = self.partner.get(i, i)
            if last is not None:
                skipped.update(range(i, last + 1))
                i = last
            i += 1
        return skipped

    def is_block(self, i):
        """Whether statements stand in the braces that open at i."""
        before = self.text(i - 1)
        if not self.content[self.tokens[i].at - 1].isspace() or before in ("=", "return", ",", "(", "{", "}", ";"):
            return before in ("{", "}", ";")
        j = i - 1
        while j >= 0 and self.text(j) not in (";", "{", "}"):
            if self.text(j) in NAMES_A_TYPE and j not in self.skipped:
                return False
            j -= 1
        return True

    def statements(self):
        """(first, last) of each call or assignment that stands for itself, and with it what can be left out."""
        blocks, open_ones = set(), []
        for i, each in enumerate(self.tokens):
            if each.text in CLOSES and open_ones:
                open_ones.pop()
            elif each.text in OPENS:
                if each.text == "{" and self.is_block(i):
                    blocks.add(i)
                open_ones.append(i)
            elif open_ones and open_ones[-1] in blocks and i not in self.skipped and each.text not in NO_EFFECT:
                ends_a_block = self.text(i - 1) == "}" and self.partner[i - 1] in blocks
                if self.text(i - 1) in (";", "{") or ends_a_block:
                    last = self.end_of_statement(i)
                    if self.has_effect(i, last):
                        yield i, last

    def has_effect(self, first, last):
        i, before = first, ""
        if self.text(i) == "(" and self.text(i + 1) == "void":
            return True
        while i < last:
            text = self.text(i)
            if text in ASSIGNS:
                return True
            if text == "<" and i in self.skipped:
                i = self.end_of_angles(i)
                text = ">"
            elif self.tokens[i].kind == "word" and (before == ">" or re.match(r"\w+$", before)) and before != "template":
                return False  # a type and a name
            elif text in OPENS:
                i = self.partner[i]
                if text == "{":
                    return False
                text = ")"
            before = text
            i += 1
        return self.text(last - 1) == ")"

    def make(self, at, old, new):
        line_begin = self.content.rfind("\n", 0, at) + 1
        line_end = self.content.find("\n", at + len(old))
        shown = f"{self.content[line_begin:at]}{{{old} => {new}}}{self.content[at + len(old):line_end]}"
        shown = re.sub(r"\s*//.*", "", shown) if "//" in shown else shown
        key = f"{self.header}: " + " ".join(shown.split())
        return mutant(self.header, at, old, new, self.content.count("\n", 0, at) + 1, key)

    def mutants(self):
        found = []
        for i, each in enumerate(self.tokens):
            if i in self.skipped:
                continue
            news = ()
            if each.text in REPLACEMENTS and (each.text not in ONLY_BETWEEN_SPACES or self.is_between_spaces(i)):
                news = REPLACEMENTS[each.text]
            elif each.kind == "number":
                news = next_to(each.text)
            for new in news:
                found.append(self.make(each.at, each.text, new))
        for first, last in self.statements():
            at = self.tokens[first].at
            found.append(self.make(at, self.content[at : self.tokens[last].end], ""))
        return number_the_same(sorted(found, key=lambda each: (each.at, each.new)))


def next_to(number):
    """The integers beside one."""
    match = INTEGER.match(number)
    if not match:
        return ()
    value, suffix = int(match.group(1).replace("'", ""), 0), match.group(2)
    beside = [value + 1] if value == 0 else [value - 1, value + 1]
    return tuple(f"{each:#x}{suffix}" if number.startswith("0x") else f"{each}{suffix}" for each in beside)


def number_the_same(mutants):
    """Two lines of one text in a header have keys of their own."""
    seen, numbered = {}, []
    for each in mutants:
        count = seen[each.key] = seen.get(each.key, 0) + 1
        numbered.append(each if count == 1 else dataclasses.replace(each, key=f"{each.key} #{count}"))
    return numbered


def mutants_of(header, content):
    return source(header, content).mutants()
