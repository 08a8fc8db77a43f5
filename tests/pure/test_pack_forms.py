"""Every form reads what a page's field sends, writes it back as it stood, and says in both languages what it takes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from hotline.pack import forms
from hotline.pack.forms import Form
from hotline.pack.labels import FIELD_WORDS, SHEET_WORDS, field_words
from hotline.pack.load import read_pack
from hotline.pack.rows import Row
from hotline.pack.sheets import SHEETS, Field
from hotline.words import N_, Phrase, catalogue, translate

pytestmark = pytest.mark.pure

FIELDS = [(sheet.name, field) for sheet in SHEETS for field in sheet.fields]


def written(rows: list[Row]) -> Iterator[tuple[Field, object]]:
    for row in rows:
        for field in row.sheet.fields:
            if field.name in row.written:
                yield field, row.written[field.name]


def test_what_a_field_shows_is_read_as_what_was_written() -> None:
    for rows in read_pack("foshan").values():
        for field, value in written(list(rows)):
            texts = field.form.texts(value)
            sent = list(texts) if field.form.is_many else texts[0]
            assert field.form.parse(sent) == field.form.parse(value), (field.name, value)
            assert field.form.texts(sent) == texts, (field.name, value)


@pytest.mark.parametrize("form", [value for value in vars(forms).values() if isinstance(value, Form)])
def test_nothing_is_no_value(form: Form) -> None:
    assert form.texts(None) == form.texts("") == ()
    with pytest.raises((ValueError, TypeError)):
        form.parse("" if not form.is_many else "=")


@pytest.mark.parametrize(("sheet", "field"), FIELDS, ids=lambda value: getattr(value, "name", value))
def test_a_field_speaks_chinese(sheet: str, field: Field) -> None:
    for words in (field.about, field.form.expected, field_words(field), *field.form.choices.values()):
        assert re.search(r"[一-鿿]", translate(words, "zh_Hans")), (sheet, field.name, words)


def test_every_label_is_a_sheets_or_a_fields() -> None:
    assert set(SHEET_WORDS) <= {sheet for sheet, _ in FIELDS}
    assert set(FIELD_WORDS) <= {field.name for _, field in FIELDS}


def test_a_phrase_is_a_sentence_that_can_be_said_again() -> None:
    phrase = Phrase(
        N_("a list (in a cell: a|b|c), each {form}"), form=Phrase(N_("one of {choices}"), choices="x, y")
    )
    assert phrase == "a list (in a cell: a|b|c), each one of x, y"
    assert translate(phrase, "en") == phrase
    said = translate(phrase, "zh_Hans")
    inner = catalogue("zh_Hans")["one of {choices}"].format(choices="x, y")
    assert inner in said
    assert "each" not in said
