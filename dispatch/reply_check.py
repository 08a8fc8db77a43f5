"""Whether a reply answers what was asked: what somebody who reads many of them would say about it, while it is being
written. Pure; it knows words, not meanings, so that it only points at things. Nothing but personal data in what the
citizen, and the public, may read is a reason to refuse.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from unicodedata import normalize

from hotline.words import N_

SAME = 0.9
"""From this share of common pairs of characters on two replies say the same."""
SPOKEN_OF = 0.2
"""From this share of a request's pairs of characters on a reply speaks of it."""


class Kind(StrEnum):
    """What there is to say about a reply."""

    NUMBER = "number"
    IDENTITY = "identity"
    CITIZEN = "citizen"
    FORWARDED = "forwarded"
    PLACEHOLDER = "placeholder"
    UNANSWERED = "unanswered"
    RESULT = "result"
    CONTACT = "contact"
    SAME = "same"


PERSONAL = frozenset({Kind.NUMBER, Kind.IDENTITY, Kind.CITIZEN})
"""What may not leave the house."""

KIND_WORDS = {
    Kind.NUMBER: N_("{what}: a person's telephone number may not stand in the public part"),
    Kind.IDENTITY: N_("{what}: an identity number may not stand in the public part"),
    Kind.CITIZEN: N_("The citizen's own number may not stand in the public part"),
    Kind.FORWARDED: N_("It only says that it was read or passed on, not what was done"),
    Kind.PLACEHOLDER: N_("“{what}” is still to be filled in"),
    Kind.UNANSWERED: N_("Request {number} seems unanswered: {what}"),
    Kind.RESULT: N_("It doesn't say what came out of it, or what will be done by when"),
    Kind.CONTACT: N_("It names nobody to ask: an office and its number"),
    Kind.SAME: N_("It says the same as the reply that was sent back"),
}

REFUSAL_WORDS = {"reply.personal": N_("A person's number may not stand in what the public can read: {what}")}


@dataclass(frozen=True)
class Finding:
    """One thing to say: about `what` in the texts, for `number` of several requests."""

    kind: Kind
    what: str = ""
    number: int = 0

    @property
    def stops(self) -> bool:
        """Whether the reply can't go out with it."""
        return self.kind in PERSONAL


def check(reply: str, *, asked: str, earlier: str = "", citizen: str = "") -> list[Finding]:
    """What there is to say about `reply`, the gravest first; nothing about an empty one.

    `asked`: the citizen's words; `earlier`: the reply that has to be done again; `citizen`: their own number.
    """
    said = _plain(reply).strip()
    if not said:
        return []
    found = [*personal(said, citizen), *_placeholders(said)]
    if _only_forwards(said):
        return [*found, Finding(Kind.FORWARDED)]
    found += _unanswered(said, requests_in(asked))
    if not _RESULT.search(said):
        found.append(Finding(Kind.RESULT))
    if not _OFFICE.search(said):
        found.append(Finding(Kind.CONTACT))
    if earlier.strip() and _likeness(said, _plain(earlier)) >= SAME:
        found.append(Finding(Kind.SAME))
    return found


def personal(text: str, citizen: str = "") -> list[Finding]:
    """The mobile and identity numbers in `text`, and the citizen's own number whatever it looks like."""
    said = normalize("NFKC", text)
    found = [
        Finding(Kind.IDENTITY, _masked(one[0])) for one in _IDENTITY.finditer(said) if _is_identity(one[0])
    ]
    own = re.sub(r"\D", "", citizen)
    if len(own) >= 7 and own in re.sub(r"(?<=\d)[ -](?=\d)", "", said):
        found.append(Finding(Kind.CITIZEN, _masked(own)))
    mobiles = (one[0] for one in _MOBILE.finditer(said))
    found += [
        Finding(Kind.NUMBER, _masked(one)) for one in mobiles if not own or own not in re.sub(r"\D", "", one)
    ]
    return found


def requests_in(content: str) -> list[str]:
    """The citizen's numbered requests (诉求：1、…2、…), or the single one; none where nothing is called one."""
    text = _plain(content)
    called = re.search(r"(?:诉求|要求)\s*(?:是|为|如下)?\s*:\s*(.+)", text, re.DOTALL)
    items = list(_items(called[1] if called else text).values())
    return items if items else [called[1].strip(" 。;\n")] if called else []


_NUMBERED = re.compile(
    r"[(]([1-9]|[一二三四五六七八九])[)]"
    r"|(?:^|(?<=[\s:;。,]))(?:第)?([1-9]|[一二三四五六七八九])[)、.项]{1,2}(?!\d)\s*(?:[,:]\s*)?"
)
_CIRCLED = {circled: str(number) for number, circled in enumerate("①②③④⑤⑥⑦⑧⑨", start=1)}
_DIGITS = {chinese: str(number) for number, chinese in enumerate("一二三四五六七八九", start=1)}
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")
_IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
_OFFICE = re.compile(
    r"(?<!\d)(?:0\d{2,3}[ -]?\d{7,8}|[2-8]\d{7}|400[ -]?\d{3}[ -]?\d{4}|12\d{3}|9[56]\d{3,6})(?!\d)"
)
_PLACEHOLDER = re.compile(r"[Xx×*]{2,}|某某|_{2,}|【[^】]{0,20}】|\[[^\]]{0,20}\]|\{[^}]{0,20}\}")
_RESULT = re.compile(
    r"已(?:经)?(?:对|于|将|全部|安排|责令|督促|联系|向|要求)?.{0,12}?(?:修|处|解决|完成|整改|更换|清|查|恢复|拆|停|办|纳入|安装|关闭|"
    r"答复|解释|告知|受理|立案|发放|退|调|协调|落实)"
    r"|现(?:已|场|正)|经.{0,12}(?:核|查|协调|研究|现场)|(?:处理|办理|核查|调查)(?:结果|情况)|将(?:于|在|按|会|依)|"
    r"预计|计划|不属于|不予|无法|暂不|不具备|属实|根据.{2,40}(?:规定|办法|条例|通知)|可(?:以)?(?:凭|到|在|向|通过)"
)
_PASSING_ON = re.compile(
    r"(?:尊敬的)?(?:市民|先生|女士|您好|你好|您反映的|问题|诉求|来电|事项|工单|情况|我单位|我局|我街道|相关|有关|部门|科室|单位|负责|"
    r"工作人员|感谢|谢谢|监督|支持|关注|理解|对|的|进行|予以|请|知悉|悉|收|已|将|会|按|按照|规定|依法|尽快|正在|阅|转|交|办理|处理|"
    r"跟进|核实|至|给|由)"
)


def _plain(text: str) -> str:
    """One way of writing each sign. A circled number would lose its circle, and with it that it counts something."""
    for circled, number in _CIRCLED.items():
        text = text.replace(circled, f" {number}、")
    return normalize("NFKC", text)


def _items(text: str) -> dict[str, str]:
    """The parts of an enumeration by their number; nothing where it doesn't begin with one and go on with two."""
    marks = list(_NUMBERED.finditer(text))
    found: dict[str, str] = {}
    for mark, end in zip(marks, [*(mark.start() for mark in marks[1:]), len(text)], strict=False):
        counted = mark[1] or mark[2]
        number = _DIGITS.get(counted, counted)
        if number == str(len(found) + 1):
            found[number] = text[mark.end() : end].strip(" 。;,\n")
    return found if len(found) > 1 else {}


def _unanswered(said: str, wanted: list[str]) -> Iterator[Finding]:
    if len(wanted) < 2:
        return
    answers = _items(said)
    for number, request in enumerate(wanted, start=1):
        if len(answers.get(str(number), "")) < 4 and _share(request, said) < SPOKEN_OF:
            yield Finding(Kind.UNANSWERED, _short(request), number)


def _placeholders(said: str) -> Iterator[Finding]:
    for what in dict.fromkeys(one[0] for one in _PLACEHOLDER.finditer(said)):
        yield Finding(Kind.PLACEHOLDER, what)


def _only_forwards(said: str) -> bool:
    """Whether nothing is left of it but the words with which things are passed on."""
    return len(re.sub(r"\W|\d", "", _PASSING_ON.sub("", said))) < 3


def _is_identity(text: str) -> bool:
    """By the check digit of GB 11643-1999 and a possible birthday."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(text[:17], weights, strict=True))
    is_birthday = re.fullmatch(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])", text[6:14])
    return is_birthday is not None and "10X98765432"[total % 11] == text[17].upper()


def _masked(number: str) -> str:
    """Enough of it to find it again: this is shown, and a refusal may be written down somewhere."""
    return f"{number[:3]}…{number[-2:]}"


_COMMON = re.compile(r"要求|希望|尽快|立即|马上|依法|请|市民|告知|给予|相关|有关|部门|予以|进行|问题|\W")


def _share(request: str, said: str) -> float:
    """Of the pairs of characters of `request`, without words that any request has, those that `said` has too."""
    pairs = _pairs(_COMMON.sub("", request))
    return len(pairs & _pairs(said)) / len(pairs) if pairs else 1.0


def _likeness(one: str, other: str) -> float:
    a, b = (_pairs(re.sub(r"\W", "", text)) for text in (one, other))
    return len(a & b) / max(len(a | b), 1)


def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[place : place + 2] for place in range(len(text) - 1))


def _short(text: str) -> str:
    return text if len(text) <= 24 else f"{text[:23]}…"
