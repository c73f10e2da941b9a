"""Specs that stand for more than they say: a large one that is expanded, and bombs, which are refused."""

NODES = 100_000


def expanded() -> str:
    """Return a spec of 100,000 nodes in blocks of blocks."""
    return (
        "graphspec: 1\nblocks:\n"
        "  one: {inputs: [x], nodes: {d: {Dense: {units: 8}, from: x}}, outputs: d}\n"
        "  many: {inputs: [x], nodes: {o: {block: one, repeat: 1000, from: x}}, outputs: o}\n"
        f"inputs: {{x: [8]}}\nnodes:\n  y: {{block: many, repeat: {NODES // 1000}, from: x}}\noutputs: y\n"
    )


def bombs() -> dict[str, str]:
    """Return specs that would be without end, by what they are made of."""
    levels = "".join(
        f"  b{number}: {{inputs: [x], nodes: {{d: {{block: b{number - 1}, repeat: 10, from: x}}}}, outputs: d}}\n"
        for number in range(1, 30)
    )
    aliases = "".join(f"  a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 9)}]\n" for number in range(1, 30))
    rest = "inputs: {x: [8]}\nnodes:\n  y: {block: b29, from: x}\noutputs: y\n"
    first = "  b0: {inputs: [x], nodes: {d: {Flatten: {}, from: x}}, outputs: d}\n"
    return {
        "blocks": f"graphspec: 1\nblocks:\n{first}{levels}{rest}",
        "repeat": f"graphspec: 1\nblocks:\n{first}{rest.replace('block: b29', 'block: b0, repeat: 1000000000000')}",
        "itself": (
            "graphspec: 1\nblocks:\n  b29: {inputs: [x], nodes: {d: {block: b29, from: x}}, outputs: d}\n" + rest
        ),
        "aliases": f"graphspec: 1\nparams:\n  a0: &a0 [1, 2]\n{aliases}{rest.replace('block: b29', 'Flatten: {}')}",
        "nesting": f"graphspec: 1\nparams: {{a: {'[' * 50_000}{']' * 50_000}}}\n",
        "formula": (
            "graphspec: 1\nparams: {n: '${9 ** 9 ** 9 ** 9}', t: \"${'a' * 10 ** 12}\"}\n"
            "inputs: {x: [8]}\nnodes: {y: {Dense: {units: $n}, from: x}}\noutputs: y\n"
        ),
    }
