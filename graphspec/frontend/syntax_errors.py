"""What the YAML parser stumbled over, said the way a person would say it, at the place to mend."""

import re
from collections.abc import Callable

import yaml

from graphspec.diagnostics.diagnostic import Diagnostics, Related
from graphspec.frontend.fault import TOKEN, Fault, Finding
from graphspec.frontend.mistakes import MEND_TAG, TAG, quoted, tag_message
from graphspec.frontend.source import Source, span_at

_LONGEST_KEY = 1024
_LONGEST_WORD = 100
_FARTHEST_BRACKET = 100_000
_BRACKET = re.compile(r"[\[\]{}]")
_CLOSERS = {"[": "]", "{": "}"}
_WORD = re.compile(r"[^\s:]+")
_LAST_WORD = re.compile(r"[^\s,\[\]{}:]+\Z")
_SEPARATOR = re.compile(r":(?=[ \t])")
_SWALLOWED = re.compile(r"[ \t]*(?:- +)*([^\s:\"'\[{#]+)(:)(?!//)[^\s:]")
_KEY_AND_VALUE = re.compile(r"[ \t]*(?:- +)*([^\s#]+)[ \t]*:[ \t]+[^\s#]")
_BARE_WORDS = re.compile(r"[ \t]*(?:- +)*([^\s#:][^#:]*?)[ \t]*(?:[ \t]#.*)?")
_PARAM = re.compile(r"\$\{[ \t]*([A-Za-z_]\w*)[ \t]*\}", re.ASCII)
_MEND_ESCAPE = "write \\\\ for a backslash, or use single quotes"


def report_syntax_error(source: Source, error: yaml.MarkedYAMLError, diagnostics: Diagnostics) -> None:
    """Record one diagnostic for what the parser could not read."""
    mark = error.problem_mark or error.context_mark
    index = min(mark.index, len(source.text)) if mark else 0
    opened = error.context_mark.index if error.context_mark else None
    fault = Fault(source.text, error.problem or "", error.context or "", index, opened)
    found = next(finding for rule in _RULES if (finding := rule(fault)) is not None)
    end = max(found.start, min(found.end, len(source.text)))
    related: tuple[Related, ...] = ()
    if found.related is not None:
        message, start = found.related
        related = (Related(message, span_at(source, start, start + 1)),)
    span = span_at(source, found.start, end)
    diagnostics.error(found.code, found.message, span, help=found.help, related=related)


def _tab(fault: Fault) -> Finding | None:
    if fault.char == "\t" and not fault.starts_line:
        return Finding("a tab cannot stand here; expected a space", fault.index, fault.index + 1)
    line_start = fault.line_start(fault.index)
    tab = fault.text.find("\t", line_start, fault.index + 1)
    if tab < 0 or not fault.starts_line:
        return None
    return Finding("a tab cannot indent a line; expected spaces", tab, tab + 1)


def _bare_placeholder(fault: Fault) -> Finding | None:
    start = fault.index - 1
    if fault.char != "{" or start < 0 or fault.text[start] != "$":
        return None
    rest = fault.line(start)[start - fault.line_start(start) :]
    written = rest[: rest.find("}") + 1] or "${"
    param = _PARAM.fullmatch(written)
    help_text = f'write "{written}" in double quotes' + (f", or ${param[1]}" if param else "")
    message = f"{quoted(written)} must be quoted inside [...] and {{...}}"
    return Finding(message, start, start + len(written), help_text)


def _unclosed_quote(fault: Fault) -> Finding | None:
    if "quoted scalar" not in fault.context or "unexpected" not in fault.problem or fault.opened is None:
        return None
    quote = fault.text[fault.opened]
    name = "double" if quote == '"' else "single"
    return Finding(f"unclosed {name} quote; expected another {quote} to end the text", fault.opened, fault.opened + 1)


def _escape(fault: Fault) -> Finding | None:
    if "quoted scalar" not in fault.context:
        return None
    start = fault.text.rfind("\\", 0, fault.index + 1)
    end = max(start + 2, fault.index)
    return Finding(f"{quoted(fault.text[start:end])} is not an escape that YAML knows", start, end, _MEND_ESCAPE)


def _bad_first_character(fault: Fault) -> Finding | None:
    if "cannot start any token" not in fault.problem and "directive" not in fault.context:
        return None
    index = fault.opened if "directive" in fault.context and fault.opened is not None else fault.index
    return Finding(f'a plain value cannot start with "{fault.text[index]}"; quote it', index, index + 1)


def _bad_name(fault: Fault) -> Finding | None:
    if not fault.context.endswith(("an alias", "an anchor")) or fault.opened is None:
        return None
    sign = fault.text[fault.opened]
    kind = "alias" if sign == "*" else "anchor"
    message = f'"{sign}" starts an {kind}; expected a name of letters, digits, "_" and "-"'
    return Finding(message, fault.opened, fault.opened + 1, "quote the value if it is text")


def _bad_tag(fault: Fault) -> Finding | None:
    if "tag" not in fault.problem.split() and not fault.context.endswith(" tag"):
        return None
    start = fault.text.find("!", fault.opened or 0)
    match = TOKEN.match(fault.text, max(start, 0))
    written = match.group() if match else "!"
    return Finding(tag_message(written), start, start + len(written), MEND_TAG, code=TAG)


def _block_scalar(fault: Fault) -> Finding | None:
    if "block scalar" not in fault.context or fault.opened is None:
        return None
    sign = fault.text[fault.opened]
    if fault.char == "0":
        return Finding(f'"{sign}" takes an indentation of 1 to 9, not 0', fault.index, fault.index + 1)
    message = f'unexpected {quoted(fault.token)} after "{sign}"; expected the text on the lines below'
    return Finding(message, fault.index, fault.index + len(fault.token))


def _flow(fault: Fault) -> Finding | None:
    opened = fault.opened
    if opened is None or "flow" not in fault.context or fault.text[opened : opened + 1] not in _CLOSERS:
        return None
    if "node content" in fault.problem:
        return None
    opener = fault.text[opened]
    closer = _CLOSERS[opener]
    outdented = fault.indentation(fault.index) <= fault.indentation(opened) and not fault.before.strip(" \t-")
    colon_outdented = fault.char == ":" and fault.indentation(fault.index) <= fault.indentation(opened)
    on_new_line = fault.line_start(fault.index) > opened
    if not fault.char.strip() or (on_new_line and (outdented or colon_outdented) and fault.char not in "]}"):
        return _unclosed(fault, opened)
    if fault.char in "]}":
        message = f'expected "{closer}" to close "{opener}", found "{fault.char}"'
        return Finding(message, fault.index, fault.index + 1, related=(f'"{opener}" was opened here', opened))
    if fault.char == ":":
        return _colon_in_flow(fault, opened)
    if fault.char in "[{" and fault.before[-1:].strip(" \t,:[]{}\"'"):
        message = f'a plain value cannot contain "{fault.char}" inside [...] and {{...}}; quote it'
        return Finding(message, fault.index, fault.index + 1)
    message = f'missing "," before {quoted(fault.token)}; expected "," or "{closer}"'
    return Finding(message, fault.index, fault.index + len(fault.token))


def _unclosed(fault: Fault, opened: int) -> Finding:
    opener = fault.text[opened]
    line = span_at(Source("", fault.text), opened, opened).line
    message = f'unclosed "{opener}" opened at line {line}; expected "{_CLOSERS[opener]}"'
    related = ("it was still open here", fault.index) if fault.char.strip() else None
    return Finding(message, opened, opened + 1, related=related)


def _colon_in_flow(fault: Fault, opened: int) -> Finding:
    start = max(fault.line_start(fault.index), opened + 1)
    written = fault.text[start : fault.index]
    if start > opened + 1 and not re.search(r"[,\[{:]", written):
        key = written.strip(" \t")
        start += len(written) - len(written.lstrip(" \t"))
        message = f'missing "," before {quoted(key)}; expected "," at the end of the line above'
        return Finding(message, start, fault.index)
    return _colon_in_value(fault)


def _colon_in_value(fault: Fault) -> Finding:
    message = 'a plain value cannot contain ": "; quote it'
    return Finding(message, fault.index, fault.index + 1, "a mapping inside a value needs braces: {key: value}")


def _misplaced_colon(fault: Fault) -> Finding | None:
    if "mapping values are not allowed" not in fault.problem:
        return None
    before = fault.before
    if len(before) > _LONGEST_KEY and not _SEPARATOR.search(before):
        start = fault.line_start(fault.index) + fault.indentation(fault.index)
        return Finding(f"a key cannot be longer than {_LONGEST_KEY} characters", start, fault.index)
    separator = _SEPARATOR.search(before)
    if separator is not None:
        value = before[separator.end() :].strip(" \t")
        if value[:1] in ("'", '"', "*"):
            message = 'unexpected ":" after the value; expected the end of the line'
            return Finding(message, fault.index, fault.index + 1)
        return _colon_in_value(fault)
    above = fault.line_above()
    found = None
    if above is not None and before.rstrip(" \t")[-1:] not in ("'", '"'):
        found = _colon_below(fault, *above)
    return found or Finding('unexpected ":"; expected a key before it on one line', fault.index, fault.index + 1)


def _colon_below(fault: Fault, start: int, line: str) -> Finding | None:
    """Look for the reason of a misplaced ":" in the line above it."""
    if (match := _SWALLOWED.match(line)) is not None:
        return _missing_space(match, start)
    key_start = fault.line_start(fault.index) + fault.indentation(fault.index)
    key = fault.text[key_start : fault.index].strip(" \t")
    if (match := _KEY_AND_VALUE.match(line)) is not None:
        message = f"indentation: {quoted(key)} is indented under {quoted(match[1])}, which already has a value"
        return Finding(message, key_start, fault.index, "indent both alike, or leave the value out")
    if (match := _BARE_WORDS.fullmatch(line)) is not None:
        return _missing_colon(match[1], start + match.start(1))
    return None


def _missing_space(match: re.Match[str], offset: int) -> Finding:
    colon = offset + match.start(2)
    return Finding(f'missing space after ":"; expected {quoted(f"{match[1]}: ")}', colon, colon + 1)


def _missing_colon(key: str, start: int) -> Finding:
    return Finding(f'missing ":" after {quoted(key)}; expected {quoted(f"{key}:")}', start, start + len(key))


def _key_without_colon(fault: Fault) -> Finding | None:
    if "find expected ':'" not in fault.problem or fault.opened is None:
        return None
    written = fault.line(fault.opened)[fault.opened - fault.line_start(fault.opened) :]
    if (match := _SWALLOWED.match(written)) is not None:
        return _missing_space(match, fault.opened)
    match = _BARE_WORDS.fullmatch(written)
    return _missing_colon(match[1] if match else written.strip(), fault.opened)


def _colon_before_bracket(fault: Fault) -> Finding | None:
    """Handle a colon right before a comma or a bracket, which YAML allows and the C parser does not."""
    if "found unexpected ':'" not in fault.problem:
        return None
    colon = fault.text.find(":", fault.index)
    match = _LAST_WORD.search(fault.text, max(fault.line_start(colon), colon - _LONGEST_WORD), colon)
    key = match.group() if match else ""
    return Finding(f'missing space after ":"; expected {quoted(f"{key}: ")}', colon, colon + 1)


def _misplaced_item(fault: Fault) -> Finding | None:
    if "entries are not allowed" not in fault.problem:
        return None
    if _SEPARATOR.search(fault.before):
        message = "a list item cannot start on the line of its key; expected it on a line of its own"
        return Finding(message, fault.index, fault.index + 1, "or write the list in brackets: [a, b]")
    return Finding("indentation: no list has its items here", fault.index, fault.index + 1)


def _misplaced_question(fault: Fault) -> Finding | None:
    if "mapping keys are not allowed" not in fault.problem:
        return None
    return Finding('a plain value cannot start with "? "; quote it', fault.index, fault.index + 1)


def _missing_node(fault: Fault) -> Finding | None:
    if "node content" not in fault.problem:
        return None
    if not fault.char:
        opened = _innermost_open(fault.text)
        if opened is not None:
            return _unclosed(fault, opened)
        return Finding("the text ends where a value is expected", fault.index, fault.index)
    wanted = "key" if fault.char == ":" else "value"
    message = f'unexpected "{fault.char}"; expected a {wanted} before it'
    return Finding(message, fault.index, fault.index + 1)


def _innermost_open(text: str) -> int | None:
    """Return where the last bracket opens that nothing closes, taking no notice of quotes and comments."""
    unmatched = 0
    for match in reversed(list(_BRACKET.finditer(text, max(0, len(text) - _FARTHEST_BRACKET)))):
        unmatched += 1 if match.group() in _CLOSERS else -1
        if unmatched > 0:
            return match.start()
    return None


def _after_value(fault: Fault) -> Finding | None:
    """Handle what follows a value that is already whole."""
    if fault.starts_line or not ("block" in fault.context or "document start" in fault.problem):
        return None
    last = fault.before.rstrip(" \t")[-1]
    if fault.char in "]}":
        message = f'unexpected "{fault.char}"; expected the end of the line, as nothing is open'
        return Finding(message, fault.index, fault.index + 1)
    if fault.char == ",":
        after = "the closing quote" if last in "'\"" else quoted(last)
        message = f'unexpected "," after {after}; a comma separates values inside [...] and {{...}} alone'
        return Finding(message, fault.index, fault.index + 1, "put the whole item in braces: {key: {...}, name: ...}")
    message = f"unexpected {quoted(fault.token)} after the value; expected the end of the line"
    help_text = "a quote inside quoted text is doubled ('') or escaped (\\\")" if last in "'\"" else None
    return Finding(message, fault.index, fault.index + len(fault.token), help_text)


def _indentation(fault: Fault) -> Finding | None:
    if not fault.starts_line or fault.opened is None or "block" not in fault.context:
        return None
    column = fault.opened - fault.line_start(fault.opened) + 1
    here = fault.index - fault.line_start(fault.index) + 1
    is_list = fault.text[fault.opened : fault.opened + 1] == "-"
    wanted = 'a list item ("- ")' if is_list else "a key"
    related = (f"the {'list' if is_list else 'mapping'} starts here", fault.opened)
    match = _WORD.match(fault.text, fault.index)
    word = match.group() if match else fault.char
    above = fault.line_above()
    deeper = fault.indentation(above[0]) + 1 if above is not None else 0
    columns = f"{column} or {deeper}" if deeper > here else f"{column}"
    message = f"indentation: {quoted(word)} stands at column {here}; expected column {columns}"
    if here == column:
        message = f"unexpected {quoted(word)}; expected {wanted}"
    return Finding(message, fault.index, fault.index + len(word), related=related)


def _no_document(fault: Fault) -> Finding | None:
    if "document start" not in fault.problem:
        return None
    if fault.text.lstrip().startswith("%"):
        return Finding('expected "---" after the directive', fault.index, fault.index + len(fault.token))
    message = f"unexpected {quoted(fault.token)} after the end of the document"
    return Finding(message, fault.index, fault.index + len(fault.token))


def _anything(fault: Fault) -> Finding | None:
    return Finding(f"syntax error: {fault.problem}", fault.index, fault.index + len(fault.token))


_RULES: tuple[Callable[[Fault], Finding | None], ...] = (
    _tab,
    _bare_placeholder,
    _unclosed_quote,
    _escape,
    _bad_first_character,
    _bad_name,
    _bad_tag,
    _block_scalar,
    _flow,
    _misplaced_colon,
    _key_without_colon,
    _colon_before_bracket,
    _misplaced_item,
    _misplaced_question,
    _missing_node,
    _after_value,
    _indentation,
    _no_document,
    _anything,
)
