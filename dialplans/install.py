"""Brings a switch's folders and configuration up to date with the settings, the secrets and the city pack."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from dialplans.folders import Folders
from dialplans.plan import Accounts, Plan, plan
from dialplans.render import render
from dialplans.sentences import sentences, to_json
from dialplans.write import outdated, write
from hotline.pack.load import load_pack
from hotline.platform import secrets
from hotline.settings import Settings

Say = Callable[[str], None]
SENTENCES = "sentences.json"  # read by whoever speaks them


def plan_of(settings: Settings) -> Plan:
    """The plan of the switch of these settings. Raises `Misconfigured` for a broken pack or missing secrets."""
    pack, known = load_pack(settings.site.city), secrets.read(settings.paths.state)
    return plan(
        settings,
        accounts=Accounts(link=known.ami_telephony, actions=known.ami_actions),
        lines=pack.lines,
        queues=pack.queues,
        default_queue=pack.city.default_queue,
        languages=pack.city.languages,
        prompts=pack.prompts,
        at=datetime.now(UTC),
    )


def texts(made: Plan) -> dict[str, str]:
    """Every file of the switch's `etc` folder."""
    return render(made) | {SENTENCES: to_json(sentences(made))}


def install(settings: Settings, say: Say) -> None:
    """Write what changed. A step of the set-up: done again, it does nothing."""
    if settings.asterisk.external:
        return
    made = plan_of(settings)
    changed = put(made)
    if changed:
        say(f"Configured the telephone switch ({len(changed)} files)")


def put(made: Plan) -> tuple[str, ...]:
    """The folders and files of `made` on disk; the names of the files that changed."""
    _make(made.folders)
    return write(made.folders.etc, texts(made))


def differences(settings: Settings) -> tuple[str, ...]:
    """The names of the files that aren't what these settings would make them."""
    made = plan_of(settings)
    return outdated(made.folders.etc, texts(made))


def _make(folders: Folders) -> None:
    for folder in folders.all():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    sounds = folders.data / "sounds"
    if not sounds.is_symlink() or sounds.readlink() != folders.sounds:
        sounds.unlink(missing_ok=True)
        sounds.symlink_to(folders.sounds)
