"""How each old system writes: headers, codes, dates, encoding, and what its numbers look like. Data alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FIELDS = (
    "key",
    "opened_at",
    "type",
    "title",
    "content",
    "name",
    "contact",
    "address",
    "place",
    "area",
    "state",
    "unit",
    "dispatched_at",
    "due_at",
    "closed_at",
    "reply",
    "solution",
    "satisfaction",
)

_HEADERS = {
    "standard": (
        "工单编号 受理时间 诉求类型 标题 诉求内容 来电人 来电号码 联系地址 事发地点 所属区域 工单状态 承办单位 "
        "派单时间 办理期限 办结时间 办理结果 是否解决 满意度"
    ),
    "register": (
        "流水号 登记日期 业务类别 主题 反映内容 姓名 电话 住址 地点 镇街 办理状态 责任部门 转办时间 截止时间 完成时间 "
        "答复内容 解决情况 评价"
    ),
    "consumer": (
        "投诉编号 投诉日期 性质 投诉标题 投诉详情 消费者姓名 联系电话 消费者地址 经营场所 辖区 进度 处理机构 分派时间 "
        "应结日期 结案日期 处理意见 处理结果 消费者评价"
    ),
    "database": (
        "CASE_NO CREATE_TIME CASE_TYPE SUBJECT CONTENT CALLER_NAME CALLER_TEL CALLER_ADDR PLACE AREA_CODE STATUS "
        "DEPT_CODE ASSIGN_TIME DEADLINE FINISH_TIME REPLY SOLVED SCORE"
    ),
    "ledger": (
        "序号 来电日期 事项性质 摘要 咨询投诉内容 市民 市民电话 家庭住址 发生地 街道 处理状态 转办单位 转办日期 "
        "限办日期 办复日期 回复内容 解决否 回访评价"
    ),
}

_CODES: dict[str, dict[str, dict[str, str]]] = {
    "words": {
        "type": {
            "咨询": "consult",
            "求助": "help",
            "建议": "suggestion",
            "投诉": "complaint",
            "举报": "report",
        },
        "state": {"办理中": "dispatched", "已办结": "closed", "已归档": "archived"},
        "solution": {"已解决": "solved", "部分解决": "partly", "未解决": "unsolved"},
        "satisfaction": {
            "非常满意": "very_satisfied",
            "满意": "satisfied",
            "一般": "fair",
            "不满意": "dissatisfied",
        },
    },
    "short": {
        "type": {"询": "consult", "助": "help", "建": "suggestion", "诉": "complaint", "举": "report"},
        "state": {"在办": "dispatched", "结": "closed", "归": "archived"},
        "solution": {"是": "solved", "部分": "partly", "否": "unsolved"},
        "satisfaction": {"优": "very_satisfied", "良": "satisfied", "中": "fair", "差": "dissatisfied"},
    },
    "figures": {
        "type": {"1": "consult", "2": "help", "3": "suggestion", "4": "complaint", "5": "report"},
        "state": {"20": "dispatched", "90": "closed", "99": "archived"},
        "solution": {"1": "solved", "2": "partly", "0": "unsolved"},
        "satisfaction": {"5": "very_satisfied", "4": "satisfied", "3": "fair", "1": "dissatisfied"},
    },
    "letters": {
        "type": {"ZX": "consult", "QZ": "help", "JY": "suggestion", "TS": "complaint", "JB": "report"},
        "state": {"BLZ": "dispatched", "YBJ": "closed", "YGD": "archived"},
        "solution": {"Y": "solved", "P": "partly", "N": "unsolved"},
        "satisfaction": {"A": "very_satisfied", "B": "satisfied", "C": "fair", "D": "dissatisfied"},
    },
}


@dataclass(frozen=True)
class System:
    """One old system. `form` is `csv`, `tsv`, `semicolon` or `xlsx`; `dates` a form of dates, `excel` or `unix`.

    `key` is how it writes the n-th ticket's number.
    """

    line: str
    headers: str
    codes: str
    dates: str
    encoding: str
    form: str
    key: str

    @property
    def header(self) -> Mapping[str, str]:
        """Field → its header in this system."""
        return dict(zip(FIELDS, _HEADERS[self.headers].split(), strict=True))

    @property
    def tables(self) -> Mapping[str, Mapping[str, str]]:
        """Field → this system's code → ours."""
        return _CODES[self.codes]

    @property
    def suffix(self) -> str:
        """The ending of its export's name."""
        return ".xlsx" if self.form == "xlsx" else ".csv"


SYSTEMS = (
    System("12315", "consumer", "words", "%Y-%m-%d %H:%M:%S", "gb18030", "csv", "44060012315{n:08}"),
    System("12319", "standard", "words", "%Y/%m/%d %H:%M", "utf-8-sig", "csv", "CG{n:07}"),
    System("12369", "register", "short", "%Y%m%d%H%M%S", "gb18030", "csv", "HB-{n}"),
    System("12333", "database", "figures", "unix", "utf-8", "tsv", "{n}"),
    System("12329", "database", "letters", "%Y-%m-%d %H:%M:%S", "utf-8", "csv", "GJJ{n:06}"),
    System("12320", "ledger", "words", "%Y年%m月%d日 %H时%M分", "gb18030", "csv", "卫{n:05}"),
    System("12348", "standard", "short", "excel", "", "xlsx", "FL{n:05}"),
    System("12328", "database", "figures", "%Y-%m-%d %H:%M:%S", "utf-8", "semicolon", "JT0757{n:07}"),
    System("12318", "register", "words", "%Y.%m.%d %H:%M", "gb18030", "tsv", "文{n}"),
    System("12331", "consumer", "letters", "%d/%m/%Y %H:%M", "utf-8-sig", "csv", "SYJ{n:06}"),
    System("12365", "consumer", "figures", "%Y-%m-%d %H:%M:%S", "utf-8", "csv", "ZJ{n:06}"),
    System("12358", "ledger", "short", "%Y/%m/%d %H:%M", "gb18030", "csv", "价举{n}号"),
    System("12316", "register", "words", "excel", "", "xlsx", "SN{n}"),
    System("12350", "standard", "letters", "%Y-%m-%d %H:%M:%S", "gb18030", "semicolon", "AJ{n:05}"),
    System("12355", "ledger", "words", "%Y-%m-%d %H:%M:%S", "utf-8", "csv", "QSN-{n:04}"),
    System("12338", "ledger", "letters", "%Y/%m/%d %H:%M", "gb18030", "tsv", "FN{n}"),
    System("12351", "standard", "figures", "unix", "utf-8", "csv", "ZG{n}"),
    System("12301", "register", "figures", "%Y-%m-%d %H:%M:%S", "utf-8-sig", "tsv", "LY{n:06}"),
    System("12336", "standard", "words", "excel", "", "xlsx", "ZRZY{n:05}"),
)
