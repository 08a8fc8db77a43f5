"""The command line `hotline`. Every subcommand is contributed by entry point (group `hotline.commands`) and loaded
only when it is used or listed, so this file knows none of them.

Exit codes: 0 done · 1 not possible now (already running, unreachable, disk full) · 2 something to mend first.
"""

from __future__ import annotations

import errno
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from hotline.errors import Misconfigured, Refused, Unreachable
from hotline.platform import plugins

GROUP = "hotline.commands"
REFUSALS = {
    "platform.already_runs": "The platform already runs on {state} (pid {pid}). Stop it with `hotline down`.",
    "platform.not_running": "Nothing runs on {state}.",
    "platform.already_installed": "{state} holds an installation already; it stays as it is.",
    "dialplan.no_earlier": "There is no earlier configuration in {folder}.",
    "import.unknown": "There is no run {run}. `hotline import runs` lists them.",
    "import.not_running": "Run {run} isn't running.",
    "import.runs_already": "Another import of {kind} of {source} is under way. Wait for it, or stop it.",
    "import.nothing_to_resume": "There is no run of {file} with this mapping that was stopped or interrupted.",
    "learning.too_few_labels": "Nothing to learn: {found} labels that {least} texts or more bear; two are needed.",
    "account.password_too_short": "The password is too short: at least {length} characters.",
}


class Commands(TyperGroup):
    """The contributed subcommands."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Their names, in order."""
        return sorted(plugins.contributed(GROUP))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The subcommand of that name, loaded now, or None."""
        point = plugins.contributed(GROUP).get(cmd_name)
        if point is None:
            return None
        contribution = plugins.load(point)
        if not isinstance(contribution, typer.Typer):
            app = typer.Typer(add_completion=False)
            app.command(cmd_name)(contribution)
            contribution = app
        command = typer.main.get_command(contribution)
        command.name = cmd_name
        return command


app = typer.Typer(
    cls=Commands,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="The 12345 hotline: one number, one record, nobody bounced.",
)


@app.callback()
def _root() -> None:
    """The 12345 hotline: one number, one record, nobody bounced."""


def main() -> None:
    """The entry point: what an operator can mend is said in a sentence, never as a traceback."""
    try:
        app()
    except Misconfigured as error:
        _say_and_exit(str(error), 2)
    except Refused as error:
        _say_and_exit(REFUSALS.get(error.key, str(error)).format(**error.facts), 1)
    except Unreachable as error:
        _say_and_exit(f"{error}\nNothing half-done is in the way: the same command goes on from here.", 1)
    except OSError as error:
        if error.errno not in _ADVICE:
            raise
        _say_and_exit(f"{error.filename or ''}: {error.strerror}. {_ADVICE[error.errno]}", 1)
    except KeyboardInterrupt:
        _say_and_exit("Interrupted.", 130)
    except Exception as error:
        from hotline.store.open import is_away  # whoever raised this has it loaded; no other command needs it

        if not is_away(error):
            raise
        _say_and_exit(
            "The record can't be reached. Is the platform up (hotline up), or database.url right?", 1
        )


_ADVICE = {
    errno.ENOSPC: "Free some space, then run the same command again.",
    errno.EDQUOT: "Free some space, then run the same command again.",
    errno.EACCES: "Run as its owner, or set paths.state and paths.parts to folders of your own.",
    errno.EROFS: "Set paths.state and paths.parts to folders that can be written.",
}


def _say_and_exit(words: str, code: int) -> None:
    typer.echo(words, err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
