"""The page of imports: a file and its mapping are taken in, wrong ones refused, and each account can be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent_desk import import_pages
from hotline.settings import environment
from tests.edge.importing import CLOSED, MAPPING, row, write
from tests.edge.visitors import Hall, Visitor

pytestmark = pytest.mark.edge


def send(visitor: Visitor, data: Path, mapping: str, **values: Any) -> Any:
    files = {"file": (data.name, data.read_bytes())}
    return visitor.client.post(
        "/api/imports", files=files, data={"mapping": mapping, "kind": "tickets"} | values
    )


def test_a_file_is_handed_to_the_worker_and_its_account_shown(
    hall: Hall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    administrator = hall.visitor("admin")
    assert "尚未导入" in administrator.page("/imports").text
    data = write(tmp_path / "12315.csv", [row(CLOSED), row(CLOSED, 工单编号="JB-2", 状态="不明")])
    assert send(administrator, data, MAPPING, line="12315").status_code == 202
    for name, value in environment(hall.house.settings).items():
        monkeypatch.setenv(name, value)
    (uploaded,) = (hall.house.settings.paths.state / "uploads").iterdir()
    told = import_pages.bring_in(str(uploaded), data.name, MAPPING, "12315", False, "account:1", "zh_Hans")
    assert told == {"loaded": 1, "updated": 0, "duplicate": 0, "rejected": 1}
    assert not uploaded.exists()
    assert "12315.csv" in administrator.page("/imports").text
    assert "JB-2" in administrator.read("/imports/1/rejects.csv").text


def test_a_mapping_that_cannot_be_read_is_refused_at_its_field(hall: Hall, tmp_path: Path) -> None:
    administrator, data = hall.visitor("admin"), write(tmp_path / "a.csv", [])
    for wrong in ("kind =", 'kind = "tickets"', " "):
        answer = send(administrator, data, wrong)
        assert answer.status_code in (409, 422)
        assert answer.json()["field"] == "mapping"


def test_only_administrators_import(hall: Hall, tmp_path: Path) -> None:
    agent, data = hall.visitor("chenjiaqi"), write(tmp_path / "a.csv", [])
    assert agent.page("/imports").status_code == 403
    assert send(agent, data, MAPPING).status_code == 403
    assert agent.post("/api/imports/1/stop").status_code == 403
    assert hall.visitor("admin").post("/api/imports/1/stop").json()["key"] == "import.unknown"


def test_a_mapping_is_proposed_from_the_files_beginning(hall: Hall, tmp_path: Path) -> None:
    administrator, data = hall.visitor("admin"), write(tmp_path / "12315.csv", [row(CLOSED)] * 3)
    beginning = data.read_bytes()[:-20]  # the browser sends no more than it needs to
    asked = {"files": {"file": (data.name, beginning)}, "data": {"kind": "tickets"}}
    answer = administrator.client.post("/api/imports/proposal", **asked)
    assert answer.status_code == 200, answer.text
    assert 'title = "标题"' in answer.json()["mapping"]
    assert list((hall.house.settings.paths.state / "uploads").iterdir()) == []
    broken = administrator.client.post(
        "/api/imports/proposal",
        files={"file": ("a.xlsx", b"PK\x03\x04 no workbook")},
        data={"kind": "tickets"},
    )
    assert (broken.status_code, broken.json()["field"]) == (422, "file")
    assert "uploads" not in broken.json()["message"]
