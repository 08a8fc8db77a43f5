"""Small heaps of labelled texts in sentences of our own, alike within a label as citizens' words are."""

from __future__ import annotations

from itertools import product

from hotline.learning.examples import Example

WHERE = ("同济路", "百花广场", "桂城菜市场", "乐从工业园", "大良公园", "三水车站")
SAID = {
    "路灯": ("路灯连续三晚不亮", "灯杆倾斜快要倒了", "整条街的路灯都坏了", "路灯白天亮晚上不亮"),
    "欠薪": ("老板拖欠两个月工资", "工厂不发加班工资", "工程款结不到工人没有工资", "离职后工资一直不结"),
    "噪声": ("工地半夜打桩太吵", "广场舞音响噪声扰民", "空调外机噪声很大", "酒吧凌晨还在放音乐很吵"),
}
WISHES = ("请尽快处理", "希望答复")


def examples(labels: tuple[str, ...] = tuple(SAID)) -> list[Example]:
    """48 texts of each label, in a fixed order; of every twelve one may not be shown."""
    told = [
        (label, said, f"{where}附近，{said}，{wish}。")
        for label in labels
        for where, said, wish in product(WHERE, SAID[label], WISHES)
    ]
    return [
        Example(str(number), label, said[:6], content, shown=number % 12 != 0)
        for number, (label, said, content) in enumerate(told, start=1)
    ]
