"""A group of commands that help shows by topic, and that are loaded when they are asked for."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

Topic = Mapping[str, tuple[str, str]]
"""Commands by name: the module of this package that holds each, and a line on it."""


class Topics(click.Group):
    """Commands by topic. A command called `a-b` is the attribute `a_b` of its module.

    The line on each stands in the table: to read it off the command, help would have to load every module, and they
    import what takes seconds.
    """

    def __init__(self, *args: Any, topics: Mapping[str, Topic], **more: Any) -> None:
        super().__init__(*args, **more)
        self.topics = topics

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of help."""
        return [name for topic in self.topics.values() for name in topic]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, with its module loaded."""
        for topic in self.topics.values():
            if cmd_name in topic:
                module = import_module(f"{__package__}.{topic[cmd_name][0]}")
                return getattr(module, cmd_name.replace("-", "_"))
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """A section for each topic."""
        for title, topic in self.topics.items():
            with formatter.section(title):
                formatter.write_dl([(name, line) for name, (_, line) in topic.items()])
