"""The smallest city that works, as text: what the tests of packs break one line at a time."""

from __future__ import annotations

from pathlib import Path

CITY = """\
[city]
code = "linden"
name_zh = "菩提市"
name_en = "Linden"
timezone = "Asia/Shanghai"
languages = ["cmn", "en"]
number = "12345"
default_queue = "all"
duty_unit = "desk"

[[emergency]]
number = "110"
name_zh = "公安报警"
name_en = "Police"
"""
SKILLS = """\
[[skill]]
name = "talking"
title_zh = "通话"
title_en = "Talking"
"""
QUEUES = """\
[[queue]]
name = "all"
title_zh = "综合"
title_en = "Everything"
skill = "talking"
"""
LINES = """\
[[line]]
number = "12345"
name_zh = "政务服务便民热线"
name_en = "The hotline"
mode = "unified"
queue = "all"
unit = "desk"
greeting = "welcome"

[[line]]
number = "12319"
name_zh = "城管热线"
name_en = "City order"
mode = "dual"
queue = "all"
unit = "order"
greeting = "welcome"
valid_until = 2025-01-01

[[line]]
number = "12319"
name_zh = "城管热线"
name_en = "City order"
mode = "merged"
queue = "all"
unit = "order"
greeting = "welcome"
valid_from = 2025-01-01
"""
AREAS = """\
# a comment, which counts as a line
code,name_zh,name_en,level,parent,aliases
linden,菩提市,Linden,city,,
north,北区,North,district,linden,城北
mill,磨坊镇,Mill,town,north,磨坊|老磨坊
"""
UNITS = """\
code,name_zh,name_en,level,kind,parent,areas,calendar,guided_by
council,菩提市人民政府,Council,city,government,,linden,office,
desk,热线中心,Desk,city,department,council,linden,office,
order,城管局,Order,city,department,council,linden,office,
north-order,北区城管局,Order North,district,department,council,north,office,order
mill-office,磨坊镇人民政府,Mill Office,town,town,council,mill,office,
"""
SLOTS = """\
[[slot]]
name = "address"
label_zh = "详细地址"
label_en = "Address"
"""
CATEGORIES = """\
code,name_zh,name_en
01,城市管理,Order
0101,照明,Lights
"""
CATALOGUE = """\
code,name_zh,name_en,types,owner,level,keywords,slots,basis,budget,valid_from,valid_until
010101,路灯不亮,Lamp out,help|complaint,order,district,路灯|灯不亮,address,,24 h,,
"""
CALENDAR = """\
[[calendar]]
name = "office"
weekdays = [1, 2, 3, 4, 5]
hours = ["08:30-12:00", "14:00-17:30"]
official_days = true

[[day]]
calendar = "office"
day = 2026-06-18
working = false
note = "台风"
"""
CLOCKS = """\
[[policy]]
version = "first"

[[rule]]
policy = "first"
kind = "dispatch"
budget = "30 min"
amber = "20 %"

[[rule]]
policy = "first"
kind = "sign"
budget = "1 working day"
amber = "2 working h"

[[rule]]
policy = "first"
kind = "contact"
budget = "1 working day"
amber = "2 working h"

[[rule]]
policy = "first"
kind = "resolve"
types = ["consult"]
budget = "2 working days"
amber = "1 working day"

[[rule]]
policy = "first"
kind = "resolve"
budget = "15 working days"
amber = "1 working day"
"""
RULES = """\
[[rule]]
code = "dark-mill"
order = 10
name_zh = "磨坊镇路灯"
name_en = "Lamps at the mill"
matters = ["0101"]
areas = ["mill"]
lines = ["12319"]
types = ["help"]
any_words = ["不亮"]
lead = "unit"
unit = "order"
level = "district"
co = ["mill-office"]
resolve = "12 h"
marks = ["urgent"]
reason_zh = "磨坊镇路灯由区城管局统一维护"
reason_en = "The district keeps the mill's lamps"
"""
HOT = """\
[[hot]]
level = "watch"
least = 5
growth = 2
surprise = 3
"""
REVISITS = """\
[[revisit]]
name = "all"
title_zh = "全部诉求"
title_en = "All"
ways = ["agent"]

[[band]]
name_zh = "全部单位"
name_en = "All"
responded = 0
solved = 0
satisfied = 0
"""
PEOPLE = """\
[[person]]
login = "ada"
name_zh = "阿达"
name_en = "Ada"
roles = ["agent"]
unit = "desk"
extension = "8001"
skills = { talking = 0 }
"""
CITIZENS = """\
[[citizen]]
name = "波波"
numbers = ["16000000001"]
area = "mill"
address = "磨坊镇一号"

[[ticket]]
citizen = "波波"
days_ago = 3
type = "help"
line = "12319"
matter = "010101"
area = "mill"
place = "磨坊镇"
title = "路灯不亮"
content = "门口的路灯不亮。"
reply = "已修好。"
solution = "solved"
satisfaction = "satisfied"
"""
TEMPLATES = """\
[[template]]
name = "done"
title_zh = "已办结"
title_en = "Done"
text = "工单{number}已处理。"
"""
PROMPTS = """\
[[prompt]]
name = "welcome"
cmn = "您好。"
"""

FILES = {
    "city.toml": CITY,
    "skills.toml": SKILLS,
    "queues.toml": QUEUES,
    "lines.toml": LINES,
    "areas.csv": AREAS,
    "units.csv": UNITS,
    "slots.toml": SLOTS,
    "categories.csv": CATEGORIES,
    "catalogue.csv": CATALOGUE,
    "calendar.toml": CALENDAR,
    "clocks.toml": CLOCKS,
    "rules.toml": RULES,
    "hot.toml": HOT,
    "revisits.toml": REVISITS,
    "people.toml": PEOPLE,
    "citizens.toml": CITIZENS,
    "prompts.toml": PROMPTS,
    "reply_templates.toml": TEMPLATES,
}


def write_pack(folder: Path, *changes: tuple[str, str, str]) -> str:
    """Writes the small city into `folder` with `changes` (file, old, new) made; returns the folder as a name."""
    files = dict(FILES)
    for file, old, new in changes:
        assert old in files[file], f"{file} has no {old!r}"
        files[file] = files[file].replace(old, new, 1)
    for file, text in files.items():
        (folder / file).write_text(text, "utf-8")
    return str(folder)
