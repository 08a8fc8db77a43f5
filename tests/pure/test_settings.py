"""Settings from a file and from the environment, and every mistake by its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline.errors import Misconfigured
from hotline.settings import Settings, environment, load

pytestmark = pytest.mark.pure


def written(folder: Path, text: str) -> Path:
    file = folder / "hotline.toml"
    file.write_text(text, "utf-8")
    return file


def test_all_defaults_hold_without_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load(environ={})
    assert settings.web.origin == "http://127.0.0.1:12345"
    assert settings.paths.state == tmp_path / ".hotline/state"


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, "[web]\nport = 8080\nhost = '127.0.0.2'\n")
    assert load(file, {"HOTLINE_WEB__PORT": "9090"}).web.origin == "http://127.0.0.2:9090"


def test_paths_are_counted_from_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, "[paths]\nstate = 'here'\n")
    assert load(file, {}).paths.state == tmp_path / "here"


@pytest.mark.parametrize(
    ("text", "environ", "where"),
    [
        ("[web]\nprot = 1\n", {}, "hotline.toml: web.prot"),
        ("[wbe]\nport = 1\n", {}, "hotline.toml: wbe"),
        ("[web]\nport = 'much'\n", {}, "hotline.toml: web.port"),
        ("[web]\nport = 70000\n", {}, "hotline.toml: web.port"),
        ("[site]\nlanguage = 'zh_CN'\n", {}, "hotline.toml: site.language"),
        ("", {"HOTLINE_WEB__PORT": "much"}, "HOTLINE_WEB__PORT"),
        ("", {"HOTLINE_WEB__PROT": "1"}, "HOTLINE_WEB__PROT"),
        ("[web\n", {}, "hotline.toml"),
    ],
)
def test_a_mistake_is_named_where_it_stands(
    tmp_path: Path, text: str, environ: dict[str, str], where: str
) -> None:
    with pytest.raises(Misconfigured) as mistake:
        load(written(tmp_path, text), environ)
    assert mistake.value.where.endswith(where)


def test_a_file_that_was_named_must_exist(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="no such file"):
        load(environ={"HOTLINE_CONFIG": str(tmp_path / "none.toml")})


def test_another_process_reads_the_same_settings_from_the_environment(tmp_path: Path) -> None:
    values = {"web": {"port": 8080}, "site": {"demo": True}, "paths": {"state": tmp_path, "parts": tmp_path}}
    settings = Settings.model_validate(values)
    assert load(written(tmp_path, ""), environment(settings)) == settings


def test_a_section_that_is_no_table_is_named(tmp_path: Path) -> None:
    file = tmp_path / "hotline.toml"
    file.write_text("web = 1\n")
    with pytest.raises(Misconfigured, match="web"):
        load(file, {"HOTLINE_WEB__PORT": "8080"})
