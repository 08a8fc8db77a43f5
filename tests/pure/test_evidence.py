"""Files as evidence: told by their first bytes, in their limits, under names that lead nowhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline import evidence
from hotline.errors import Refused
from hotline.evidence import KINDS, kind_of, plain_name

pytestmark = pytest.mark.pure

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(8)
ZIP = b"PK\x03\x04" + bytes(12)


@pytest.mark.parametrize(
    ("head", "name", "inside", "expected"),
    [
        (b"\xff\xd8\xff\xe0" + bytes(12), "photo.txt", (), evidence.JPEG),
        (b"\x89PNG\r\n\x1a\n" + bytes(8), "a", (), evidence.PNG),
        (b"RIFF\0\0\0\0WEBPVP8 ", "a.webp", (), evidence.WEBP),
        (b"%PDF-1.7\n", "a.pdf", (), evidence.PDF),
        (ZIP, "a.docx", ("[Content_Types].xml", "word/document.xml"), evidence.DOCX),
        (ZIP, "renamed.zip", ("xl/workbook.xml",), evidence.XLSX),
        (ZIP, "a.ofd", ("OFD.xml",), evidence.OFD),
        (OLE, "答复.wps", (), evidence.DOC),
        (OLE, "表.XLS", (), evidence.XLS),
    ],
)
def test_a_file_is_what_its_bytes_say(
    head: bytes, name: str, inside: tuple[str, ...], expected: evidence.Kind
) -> None:
    assert kind_of(head, name, inside) == expected


@pytest.mark.parametrize(
    ("head", "name", "inside"),
    [
        (b"<html><script>", "photo.jpg", ()),
        (b"MZ\x90\0", "photo.jpg", ()),
        (b"\0\0\0\x18ftypheic", "photo.heic", ()),
        (b"RIFF\0\0\0\0WAVEfmt ", "a.webp", ()),
        (ZIP, "a.docx", ("evil.exe",)),
        (ZIP, "a.docx", ("word/document.xml", "word/vbaProject.bin")),
        (OLE, "setup.msi", ()),
        (b"", "", ()),
    ],
)
def test_what_is_not_on_the_list_is_refused(head: bytes, name: str, inside: tuple[str, ...]) -> None:
    with pytest.raises(Refused, match=r"attachment\.bad_kind"):
        kind_of(head, name, inside)


@pytest.mark.parametrize(
    ("size", "already", "key"),
    [
        (0, 0, "attachment.empty"),
        (evidence.LARGEST + 1, 0, "attachment.too_large"),
        (1, evidence.MOST, "attachment.too_many"),
    ],
)
def test_there_are_limits(size: int, already: int, key: str) -> None:
    with pytest.raises(Refused, match=key):
        evidence.check_size(size, already)
    evidence.check_size(evidence.LARGEST, evidence.MOST - 1)


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ("现场照片.JPG", "现场照片.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\photos\\1.jpeg", "1.jpeg"),
        ("photo.exe", "photo.exe.jpg"),
        ("", "file.jpg"),
        ("a\u202egpj.jpg", "agpj.jpg"),
    ],
)
def test_a_name_shows_what_it_is_and_leads_nowhere(given_: str, expected: str) -> None:
    assert plain_name(given_, evidence.JPEG) == expected


@given(st.text(max_size=400), st.sampled_from(KINDS))
def test_any_name_becomes_a_plain_one(name: str, kind: evidence.Kind) -> None:
    plain = plain_name(name, kind)
    assert plain.isprintable()
    assert 0 < len(plain) <= evidence.NAME_LENGTH
    assert plain.rpartition(".")[2] in kind.endings
    assert not set(plain) & set("/\\")
