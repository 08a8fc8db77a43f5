"""Downloads Debian packages with the host's own apt-get and a configuration of ours, so that its package lists,
its locks and its installed packages stay untouched and nobody has to be root.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from hotline.errors import Misconfigured, Unreachable

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
TARGETS = "$(RELEASE)|$(COMPONENT)|$(REPO_URI)"  # as sources.list says: a fresh host has no lists yet
NO_SPACE = "No space left on device"


def download(folder: Path, mirror: str, suite: str, packages: Iterable[str]) -> list[Path]:
    """Fetch `packages` and everything they depend on into `folder`; the .deb files, sorted by name.

    Raises `Unreachable` when the mirror doesn't answer, `Misconfigured` when the host can't do it.
    """
    _configure(folder, mirror, suite)
    _run(folder, mirror, "update", "--error-on=any")
    _run(folder, mirror, "install", "--download-only", "--yes", *packages)
    return sorted((folder / "cache" / "archives").glob("*.deb"))


def host_mirror() -> str:
    """The address that the host itself installs Debian from. Raises `Misconfigured` when there is none."""
    release = _host_release()
    for line in _ask(
        "apt-get", "indextargets", "--no-release-info", "--format", TARGETS, "Created-By: Packages"
    ):
        named, component, address = line.split("|", 2)
        if named in (release, "stable", "oldstable") and component == "main":
            return address
    found = f"no source of Debian {release} among the host's"
    raise Misconfigured("asterisk.mirror", found, "the address of a Debian mirror")


def _host_release() -> str:
    lines = Path("/etc/os-release").read_text("utf-8").splitlines()
    fields = dict(line.partition("=")[::2] for line in lines)
    return fields.get("VERSION_CODENAME", "").strip('"')


def _configure(folder: Path, mirror: str, suite: str) -> None:
    for name in ("etc", "state/lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "status").touch()
    signed = f"[signed-by={KEYRING}] " if KEYRING.exists() else ""
    (folder / "etc" / "sources.list").write_text(f"deb {signed}{mirror} {suite} main\n", "utf-8")
    (folder / "apt.conf").write_text("\n".join([*_own_settings(folder), *_host_proxies(), ""]), "utf-8")


def _own_settings(folder: Path) -> list[str]:
    return [
        f'Dir "{folder}/";',
        'Dir::State "state";',
        f'Dir::State::status "{folder}/status";',
        'Dir::Cache "cache";',
        'Dir::Etc "etc";',
        'Dir::Etc::parts "no-parts";',
        'Dir::Etc::sourceparts "no-sourceparts";',
        'Dir::Etc::preferencesparts "no-preferencesparts";',
        'Dir::Etc::trusted "/etc/apt/trusted.gpg";',
        'Dir::Etc::trustedparts "/etc/apt/trusted.gpg.d";',
        'Acquire::Check-Valid-Until "false";',
        'Acquire::Languages "none";',
        'Acquire::Retries "2";',
        'APT::Install-Recommends "false";',
        'APT::Sandbox::User "";',
    ]


def _host_proxies() -> list[str]:
    return [
        line for line in _ask("apt-config", "dump") if line.startswith(("Acquire::http", "Acquire::https"))
    ]


def _ask(*command: str) -> list[str]:
    if shutil.which(command[0]) is None:
        raise Misconfigured(
            "this host", f"no {command[0]}", "Debian, or an Asterisk 22, espeak-ng and sox on PATH"
        )
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()


def _run(folder: Path, mirror: str, *command: str) -> None:
    done = subprocess.run(
        ["apt-get", "--quiet", *command],
        env={**os.environ, "APT_CONFIG": str(folder / "apt.conf"), "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise _failure(mirror, done.stderr)


def _failure(mirror: str, said: str) -> Exception:
    errors = [line.removeprefix("E: ") for line in said.splitlines() if line.startswith("E: ")]
    reason = errors[0] if errors else said.strip() or "no reason given"
    if NO_SPACE in said:
        return Misconfigured("paths.parts", NO_SPACE.lower(), "room for the telephone switch")
    if "Unable to locate package" in said:
        return Misconfigured("asterisk.suite", reason, "a Debian suite with Asterisk 22")
    return Unreachable(f"the Debian mirror {mirror} (setting asterisk.mirror): {reason}")
