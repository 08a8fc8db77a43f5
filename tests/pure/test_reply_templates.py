"""Reply templates: offered for what they fit, filled with what is known, and open where a person has to write."""

from __future__ import annotations

import pytest

from dispatch.reply_check import Kind, check
from hotline.pack.load import load_pack
from hotline.reply_templates import ReplyTemplate, fitting, unknown_places
from hotline.tickets import Type

pytestmark = pytest.mark.pure

VALUES = {"number": "260715111366013", "title": "路灯不亮", "unit": "祖庙街道办事处", "place": "百花路"}


def test_the_nearest_template_is_offered_first() -> None:
    anything = ReplyTemplate("a", "通用", "Any", "…")
    complaint = ReplyTemplate("b", "投诉", "Complaint", "…", types=(Type.COMPLAINT,))
    shops = ReplyTemplate("c", "消费", "Shops", "…", types=(Type.COMPLAINT,), categories=("06",))
    all_three = [anything, complaint, shops]
    assert fitting(all_three, Type.COMPLAINT, "060101") == [shops, complaint, anything]
    assert fitting(all_three, Type.COMPLAINT, "010101") == [complaint, anything]
    assert fitting(all_three, Type.HELP, "") == [anything]


def test_what_is_known_is_filled_in_and_the_rest_is_left_open() -> None:
    template = ReplyTemplate("a", "通用", "Any", "{title}（{number}）：{date}【结果】")
    assert template.filled(VALUES) == "路灯不亮（260715111366013）：【date】【结果】"
    assert unknown_places("{unit}{whim}") == ["whim"]


def test_the_citys_templates_lead_to_replies_that_answer() -> None:
    templates = load_pack("foshan").reply_templates
    assert {type_ for type_ in Type if not fitting(templates, type_, "060101")} == set()
    for template in templates:
        begun = template.filled(VALUES)
        assert {one.kind for one in check(begun, asked="诉求：尽快修复。")} <= {
            Kind.PLACEHOLDER,
            Kind.CONTACT,
        }
        assert Kind.PLACEHOLDER in {one.kind for one in check(begun, asked="")}, template.name
