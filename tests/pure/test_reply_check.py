"""What is said about a reply: whether each request is answered, what is missing in it, and whom it gives away."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.reply_check import Finding, Kind, check, personal, requests_in

pytestmark = pytest.mark.pure

ASKED = (
    "王女士来电反映：百花路18号门口路灯不亮。诉求：1、尽快修复路灯；2、告知修复时间；3、检查周边其他路灯。"
)
GOOD = (
    "您好！经现场核查，您反映的情况属实。1、故障路灯为灯泡老化，已更换；2、已于11月25日16时修复；3、已对百花路周边24盏"
    "路灯排查，均正常。如有疑问请联系祖庙街道城管办，电话0757-82345678。"
)


def kinds(reply: str, asked: str = ASKED, **more: str) -> list[Kind]:
    return [one.kind for one in check(reply, asked=asked, **more)]


def test_a_good_reply_is_left_in_peace() -> None:
    assert check(GOOD, asked=ASKED) == []
    assert check("", asked=ASKED) == []


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (ASKED, ["尽快修复路灯", "告知修复时间", "检查周边其他路灯"]),
        ("诉求：①停工；②查处", ["停工", "查处"]),
        ("要求:（一）退款（二）道歉", ["退款", "道歉"]),
        ("反映：第一，占道；第二，噪音", []),
        ("诉求：尽快派人维修。", ["尽快派人维修"]),
        ("门口的路灯坏了三天", []),
        ("地址1.5公里处有坑。诉求：修补。", ["修补"]),
    ],
)
def test_the_requests_are_read_out_of_the_citizens_words(content: str, expected: list[str]) -> None:
    assert requests_in(content) == expected


def test_a_request_is_answered_by_its_number_or_by_its_words() -> None:
    by_words = "经查，百花路路灯已修复，周边其他路灯已检查。电话0757-82345678。"
    assert kinds(by_words) == []
    silent = "经查，树枝已修剪。电话0757-82345678。"
    assert [(one.kind, one.number) for one in check(silent, asked=ASKED)] == [
        (Kind.UNANSWERED, 1),
        (Kind.UNANSWERED, 2),
        (Kind.UNANSWERED, 3),
    ]
    partly = "经查：1、已更换灯泡；2、 。电话0757-82345678。"
    assert Kind.UNANSWERED in kinds(partly)


@pytest.mark.parametrize(
    "words",
    [
        "已阅",
        "已转办。",
        "您好，您反映的问题已收悉，已转相关部门办理，感谢您的监督。",
        "已交有关科室处理",
        "正在跟进",
    ],
)
def test_having_read_it_or_passed_it_on_is_no_answer(words: str) -> None:
    assert kinds(words) == [Kind.FORWARDED]


def test_a_result_and_somebody_to_ask_are_missed() -> None:
    assert kinds("您好，路灯修复时间与周边检查一事，感谢您的耐心等待与理解。") == [Kind.RESULT, Kind.CONTACT]


@pytest.mark.parametrize("number", ["0757-82345678", "075782345678", "82345678", "12345", "400-830-1234"])
def test_an_offices_number_is_somebody_to_ask_and_nobodys_own(number: str) -> None:
    assert check(GOOD.replace("0757-82345678", number), asked=ASKED) == []


@pytest.mark.parametrize("left", ["XX", "××", "某某", "【核查情况】", "____", "{date}"])
def test_what_a_template_left_open_is_named(left: str) -> None:
    assert check(GOOD + left, asked=ASKED) == [Finding(Kind.PLACEHOLDER, left.replace("×", "×"))]


@pytest.mark.parametrize(
    "number", ["13800138000", "138 0013 8000", "+86-13800138000", "１３８００１３８０００"]
)
def test_a_persons_telephone_number_stops_it(number: str) -> None:
    (found,) = check(f"{GOOD}李工{number}", asked=ASKED)
    assert (found.kind, found.stops) == (Kind.NUMBER, True)
    assert "0013" not in found.what


def test_an_identity_number_stops_it_and_a_tickets_number_does_not() -> None:
    (found,) = personal("身份证11010519491231002X")
    assert found.kind is Kind.IDENTITY
    assert personal("110105194912310021") == []  # wrong check digit
    assert personal("工单260715111366013，统一社会信用代码91440600MA4UW3CA8X") == []


def test_the_citizens_own_number_stops_it_whatever_it_looks_like() -> None:
    assert [one.kind for one in personal("已致电0757 8345 6789", "075783456789")] == [Kind.CITIZEN]
    assert [one.kind for one in personal("已致电13800138000", "13800138000")] == [Kind.CITIZEN]
    assert personal("已致电83450000", "075783456789") == []


def test_a_redo_that_says_the_same_again_is_noticed() -> None:
    assert kinds(GOOD, earlier=GOOD.replace("您好！", "您好。")) == [Kind.SAME]
    assert kinds(GOOD, earlier="已更换灯泡。") == []


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=100))
def test_any_texts_can_be_looked_at(reply: str, asked: str, earlier: str) -> None:
    for one in check(reply, asked=asked, earlier=earlier):
        assert one.stops is (one.kind in (Kind.NUMBER, Kind.IDENTITY, Kind.CITIZEN))
