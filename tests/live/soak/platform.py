"""`hotline up --demo` as it is, but for one wire: the link to the switch goes by way of the port that is given."""

from __future__ import annotations

import sys
from dataclasses import replace

from rich.console import Console

from hotline.platform import plugins
from hotline.platform.child import Child
from hotline.platform.up import up
from hotline.settings import Settings, load

AMI_PORT = "HOTLINE_ASTERISK__AMI_PORT"


def main(port: str) -> None:
    """Stay until a signal comes."""
    contributed = plugins.children

    def children(settings: Settings) -> tuple[Child, ...]:
        return tuple(
            replace(child, env={AMI_PORT: port}) if child.name == "telephony" else child
            for child in contributed(settings)
        )

    plugins.children = children
    up(load(), Console())


if __name__ == "__main__":
    main(sys.argv[1])
