"""Shell completion: click's own, mended where bash splits `-p name=value` at the equals sign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.shell_completion import BashComplete, CompletionItem, add_completion_class, get_completion_class

if TYPE_CHECKING:
    import click

__all__ = ["SHELLS", "VARIABLE", "register", "script"]

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_MARTLET_COMPLETE"


class _Bash(BashComplete):
    """Bash takes `=` for a word of its own: it is put back for us, and left out of what bash gets to insert."""

    # A completed `name=` waits for its value: no space after it.
    source_template = BashComplete.source_template.replace(
        "COMPREPLY+=($value)", 'COMPREPLY+=("$value"); [[ $value == *= ]] && compopt -o nospace'
    )
    _before = ""

    def get_completion_args(self) -> tuple[list[str], str]:
        args, incomplete = super().get_completion_args()
        words = [*args, incomplete]
        if "=" not in words[-2:]:
            return args, incomplete
        equals = len(words) - 1 - words[::-1].index("=")
        name, value = words[equals - 1], "".join(words[equals + 1 :])
        self._before = f"{name}="
        return words[: equals - 1], f"{name}={value}"

    def format_completion(self, item: CompletionItem) -> str:
        item.value = item.value.removeprefix(self._before)
        return super().format_completion(item)


def register() -> None:
    """Make click use what this module mends."""
    add_completion_class(_Bash)


def script(command: click.Command, shell: str) -> str:
    """Return the script that a shell has to read to complete `martlet`."""
    register()
    found = get_completion_class(shell)
    assert found is not None  # noqa: S101 - the shells offered are click's
    return found(command, {}, "martlet", VARIABLE).source()
