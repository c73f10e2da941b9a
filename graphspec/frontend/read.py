"""Text to tree: the one YAML document of a file, by YAML 1.2's core schema, each value with its place."""

import re
from dataclasses import replace
from typing import Any

import yaml

from graphspec.diagnostics.diagnostic import Diagnostics
from graphspec.diagnostics.span import Span
from graphspec.frontend.compose import Composer
from graphspec.frontend.event_places import DocumentEnd, NextEvent, marked_span
from graphspec.frontend.mistakes import (
    DIRECTIVE,
    EMPTY,
    NOT_A_MAPPING,
    SECOND_DOCUMENT,
    SYNTAX,
    TAG,
    Mistakes,
    ReadingStoppedError,
    described,
    quoted,
    tag_message,
)
from graphspec.frontend.source import (
    DEFAULT_LIMITS,
    Limits,
    Source,
    has_forbidden_characters,
    span_at,
)
from graphspec.frontend.tree import Mapping, Scalar, Sequence

# Absent where PyYAML was built without its C library; alone it loads less than a whole loader class would.
_CParser: Any = getattr(yaml.cyaml, "CParser", None) if yaml.__with_libyaml__ else None
# How each event changes the depth; any other ends the document.
_STEPS = {
    yaml.ScalarEvent: 0,
    yaml.AliasEvent: 0,
    yaml.MappingStartEvent: 1,
    yaml.SequenceStartEvent: 1,
    yaml.MappingEndEvent: -1,
    yaml.SequenceEndEvent: -1,
}
_BLANK = re.compile(r"(?:[ \t\r\n]++|#[^\r\n]*+)*+")
_DIRECTIVE = re.compile(r"(?:[ \t]*+(?:#[^\r\n]*+)?[\r\n]++)*+%([^\s#]*+)[ \t]*+([^\r\n#]*[^\s#])?")
_NO_SPACE = re.compile(r"([^\s:]+):(\S+)")
_OLD_BREAKS = "\x85\u2028\u2029"


def read(source: Source, diagnostics: Diagnostics, limits: Limits = DEFAULT_LIMITS) -> Mapping | None:
    """Return the tree of a file's one document, or None where any of it could not be read or is unknown."""
    if has_forbidden_characters(source, diagnostics) or _has_bad_directive(source, diagnostics):
        return None
    stand_ins = _stand_ins(source.text)
    parsed = replace(source, text=_replaced(source.text, stand_ins)) if stand_ins else source
    restored = {stand_in: char for char, stand_in in stand_ins.items()}
    try:
        if len(source.text) > limits.yaml_nodes:
            _refuse_at_once(parsed, limits, Mistakes(limits, diagnostics))
        return _document(parsed, _events(parsed.text, restored), limits, diagnostics)
    except ReadingStoppedError:
        return None
    except yaml.MarkedYAMLError as error:
        from graphspec.frontend.syntax_errors import report_syntax_error  # noqa: PLC0415 - most specs have none

        if not _is_told(source.path, error, diagnostics):
            report_syntax_error(source, error, diagnostics)
        return None


def _is_told(path: str, error: yaml.MarkedYAMLError, diagnostics: Diagnostics) -> bool:
    """Say whether the parser failed over what was reported before it: in ``a:{b: c}`` a space is missing."""
    line = None if error.problem_mark is None else error.problem_mark.line + 1
    return any(item.code == SYNTAX and (item.span.path, item.span.line) == (path, line) for item in diagnostics)


def _document(source: Source, next_event: NextEvent, limits: Limits, diagnostics: Diagnostics) -> Mapping | None:
    next_event()
    if isinstance(next_event(), yaml.StreamEndEvent):
        _report_empty(source, diagnostics)
        return None
    mistakes = Mistakes(limits, diagnostics)
    tree, end = Composer(source, limits, mistakes).compose(next_event)
    if _has_second_document(source, end, next_event, diagnostics) or mistakes.unknown:
        return None
    if isinstance(tree, Scalar) and tree.plain and not tree.text:
        _report_empty(source, diagnostics)
        return None
    if isinstance(tree, Mapping):
        return tree
    if tree is not None:
        _report_top_level(tree, diagnostics)
    return None


def _events(text: str, restored: dict[str, str]) -> NextEvent:
    """Return a function that gives the events of a text one by one."""
    next_event: NextEvent = (_CParser or yaml.SafeLoader)(text).get_event
    if not restored:
        return next_event

    def restoring() -> Any:  # noqa: ANN401 - as PyYAML has it
        event = next_event()
        if isinstance(event, yaml.ScalarEvent):
            event.value = _replaced(event.value, restored)
        return event

    return restoring


def _replaced(text: str, replacements: dict[str, str]) -> str:
    for old, new in replacements.items():
        text = text.replace(old, new)
    return text


def _stand_ins(text: str) -> dict[str, str]:
    """Choose unused characters for those that break lines in YAML 1.1, and so in PyYAML, but are text in YAML 1.2."""
    present = [char for char in _OLD_BREAKS if char in text]
    if not present:
        return {}
    folded = text.lower()
    unused = (chr(code) for code in range(0x10FFFD, 0xFFFFF, -1) if chr(code) not in text and f"{code:x}" not in folded)
    return dict(zip(present, unused, strict=False))


def _refuse_at_once(source: Source, limits: Limits, mistakes: Mistakes) -> None:
    """Refuse a document with too many nodes before the costly work of building any."""
    depth = nodes = 0
    next_event = _events(source.text, {})
    next_event(), next_event()
    for event in iter(next_event, None):
        step = _STEPS.get(type(event))
        if step is None:
            return
        depth += step
        if step >= 0:
            nodes += 1
            if nodes > limits.yaml_nodes:
                mistakes.too_many_nodes(marked_span(source, event.start_mark, event.end_mark))
        if depth > limits.depth:
            return


def _has_bad_directive(source: Source, diagnostics: Diagnostics) -> bool:
    """Refuse all directives but one %YAML 1.2 before parsing, as the parser takes quadratic time over many."""
    versions = 0
    offset = 0
    while (match := _DIRECTIVE.match(source.text, offset)) is not None:
        name, value = match[1], match[2] or ""
        versions += 1
        offset = match.end()
        if (name, value, versions) == ("YAML", "1.2", 1):
            continue
        start = match.start(1) - 1
        if name == "TAG":
            span = span_at(source, start, offset)
            diagnostics.error(TAG, tag_message(f"%TAG {value}"), span, help="remove the directive")
        elif name == "YAML":
            message = f"{quoted(f'%YAML {value}')} is not supported; the language is YAML 1.2, said once if at all"
            diagnostics.error(DIRECTIVE, message, span_at(source, start, offset), help="remove the directive")
        else:
            _report_percent(source, start, diagnostics)
        return True
    return False


def _has_second_document(source: Source, end: DocumentEnd, next_event: NextEvent, diagnostics: Diagnostics) -> bool:
    blank = _BLANK.match(source.text, end.end_mark.index)
    start = blank.end() if blank else len(source.text)
    if start == len(source.text):
        return False
    if source.text.startswith("...", start):
        event = next_event()
        if isinstance(event, yaml.StreamEndEvent):
            return False
        start = event.start_mark.index
    elif source.text[start] == "%" and not end.explicit:
        _report_percent(source, start, diagnostics)
        return True
    elif not end.explicit:
        next_event()
    message = "a second document starts here; expected one document in a file"
    width = 3 if source.text.startswith("---", start) else 1
    span = span_at(source, start, start + width)
    diagnostics.error(SECOND_DOCUMENT, message, span, help="remove the line, or move what follows to a file of its own")
    return True


def _report_percent(source: Source, start: int, diagnostics: Diagnostics) -> None:
    message = 'a plain value cannot start with "%"; quote it'
    diagnostics.error(SYNTAX, message, span_at(source, start, start + 1))


def _report_empty(source: Source, diagnostics: Diagnostics) -> None:
    what = "holds no value" if source.text.strip() else "is empty"
    diagnostics.error(
        EMPTY,
        f"the file {what}; expected a mapping",
        Span.of_file(source.path),
        help='a spec starts with "graphspec: 1"',
    )


def _report_top_level(tree: Sequence | Scalar, diagnostics: Diagnostics) -> None:
    message = f"the file holds {described(tree)}; expected a mapping"
    help_text = None
    if isinstance(tree, Scalar) and tree.plain and (match := _NO_SPACE.fullmatch(tree.text)):
        help_text = f'put a space after the ":": {match[1]}: {match[2]}'
    diagnostics.error(NOT_A_MAPPING, message, tree.span, help=help_text)
