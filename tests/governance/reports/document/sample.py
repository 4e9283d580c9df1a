"""A report as a county would send it: all kinds of blocks, names with rare characters, five pages or more."""

import datetime as dt
from dataclasses import replace

from governance.reports.document.model import (
    Annex,
    Bar,
    Chart,
    Column,
    Figure,
    Heading,
    OfficialDocument,
    Paragraph,
    Series,
    Step,
    Steps,
    Table,
)

SPIRIT = (
    "坚持以习近平新时代中国特色社会主义思想为指导，深入贯彻党的二十大和二十届历次全会精神，认真落实党中央、国务院"
    "关于加强基层治理体系和治理能力现代化建设的决策部署，按照“属地管理、条块结合、权责对等”的原则，把社区规模调整、"
    "服务用房配建、网格优化、“两委”班子建设和社区工作者队伍建设一体推进，社会治理重心进一步下移，力量进一步下沉，"
    "资源进一步下投。"
)
GRIDS = (
    "全区围绕“一张网、一支队伍、一个平台”的建设目标，统筹综治、应急、城管、消防、市场监管、生态环境等部门力量，"
    "建立“网格发现、社区呈报、街道吹哨、部门报到、办结反馈、群众评价”的闭环工作机制，切实做到小事不出网格、大事不出"
    "街道、矛盾不上交；对进度滞后、质量不高的事项及时提醒、督促整改，推动各项任务落实落细。"
)

STREETS = (
    ("环城西路街道", 14, 31620, 12),
    ("北院门街道", 12, 22487, 9),
    ("青年路街道", 13, 30115, 11),
    ("桃园路街道", 18, 46902, 15),
    ("红庙坡街道", 19, 47388, 12),
    ("北关街道", 17, 40276, 16),
    ("土门街道", 20, 52710, 18),
    ("枣园街道", 15, 38044, 10),
    ("西关街道", 14, 33951, 14),
)


def street_table(landscape: bool = False) -> Table:
    rows = tuple(
        (name, str(communities), str(households), str(met), f"{met / communities * 100:.1f}")
        for name, communities, households, met in STREETS
    )
    return Table(
        "各街道社区规模达标情况",
        (
            Column("街道", 1.8, "left"),
            Column("社区数（个）", 1, "right"),
            Column("常住户数（户）", 1.2, "right"),
            Column("规模达标（个）", 1.2, "right"),
            Column("达标率（%）", 1, "right"),
        ),
        rows,
        foot=("合计", Figure("T001", "142"), Figure("T002", "343493"), "117", "82.4"),
        source="数据来源：社区治理工作平台，2026年上半年快照，统计截止2026年6月30日24时。",
        landscape=landscape,
    )


def rare_table() -> Table:
    return Table(
        "服务用房面积不足的社区",
        (Column("社区", 2, "left"), Column("现有面积（㎡）", 1, "right"), Column("缺口（㎡）", 1, "right")),
        (
            ("㙟头社区", "472.50", Figure("F001", "127.50")),
            ("㘵桥社区", "588.00", "12.00"),
            ("垚欣社区", "600.00", "0.00"),
            ("浐河社区", "无数据", "无数据"),
        ),
        source="数据来源：服务设施台账。",
    )


def bars() -> Chart:
    return Chart(
        "各街道社区规模达标率",
        "各街道社区规模达标率条形图，要求为百分之九十",
        tuple(name for name, *_ in STREETS),
        (
            Series(
                "达标率",
                tuple(
                    Bar(None) if name == "枣园街道" else Bar(met * 100 / n, f"{met * 100 / n:.1f}%")
                    for name, n, _, met in STREETS
                ),
            ),
        ),
        reference=Bar(90, "要求90%"),
        source="数据来源：社区治理工作平台。",
    )


def groups() -> Chart:
    return Chart(
        "问题整改进展",
        "各街道发现问题数与已整改数柱状图",
        tuple(name for name, *_ in STREETS),
        (
            Series("发现问题", tuple(Bar(n * 3, str(n * 3)) for _, n, _, _ in STREETS)),
            Series("已整改", tuple(Bar(met * 2, str(met * 2)) for _, _, _, met in STREETS)),
        ),
        direction="vertical",
    )


def report(**changes: object) -> OfficialDocument:
    """The sample; `changes` replace fields."""
    body = (
        Paragraph.of(
            "现将我区2026年上半年社区治理工作进展情况报告如下。截至2026年6月30日，全区共有街道",
            Figure("D001", "9", "个"),
            "、城市社区",
            Figure("D002", "142", "个"),
            "，常住户数",
            Figure("D003", "343493", "户"),
            "；社区规模达标",
            Figure("D004", "117", "个"),
            "，达标率",
            Figure("D005", "82.4", "%"),
            "，比上年末提高",
            Figure("D006", "3.5", "个百分点"),
            "。",
        ),
        Heading(1, "总体进展情况"),
        Paragraph.of(SPIRIT),
        Heading(2, "组织体系进一步健全"),
        Paragraph.of(GRIDS),
        Heading(3, "完善制度机制"),
        Paragraph.of(
            "全年计划完成",
            Figure("D007", "358", "项"),
            "，上半年已完成",
            Figure("D008", "179", "项"),
            "，完成率",
            Figure("D009", "50.0", "%"),
            "；涉及㙟头社区、㘵桥社区、垚欣社区、浐河社区等基层单位，服务用房面积合计",
            Figure("D010", "71830.25", "㎡"),
            "，平均每百户",
            Figure("D011", "20.9", "㎡"),
            "。",
            GRIDS,
        ),
        Heading(4, "加强督导检查"),
        Paragraph.of(SPIRIT),
        Paragraph.of(GRIDS),
        Heading(1, "主要指标完成情况"),
        Heading(2, "社区规模"),
        Paragraph.of(GRIDS, "各街道情况见表1、图1。"),
        street_table(),
        bars(),
        Heading(2, "服务设施"),
        Paragraph.of("服务用房面积不足的社区见表2。", SPIRIT),
        rare_table(),
        groups(),
        Heading(1, "存在的主要问题"),
        Paragraph.of(SPIRIT),
        Heading(1, "下一步工作"),
        Steps(
            (
                Step(
                    ("督促", Figure("D012", "25", "个"), "规模不达标社区制定优化调整方案。"),
                    "各街道办事处",
                    dt.date(2026, 9, 30),
                ),
                Step(("补齐㙟头、㘵桥2个社区服务用房缺口",), "区民政局、区住建局", dt.date(2026, 12, 31)),
                Step(("核实浐河社区面积数据",), "枣园街道办事处", dt.date(2026, 7, 31)),
            )
        ),
        Paragraph.of("社区治理——共建共治共享，持续推进。特此报告。"),
    )
    base = OfficialDocument(
        title_lines=("西安市莲湖区民政局", "关于2026年上半年社区治理工作", "进展情况的报告"),
        issuer="西安市莲湖区民政局",
        issuer_mark="西安市莲湖区民政局文件",
        number="莲民字〔2026〕6号",
        signer="王　垚",
        recipients="西安市民政局：",
        body=body,
        annexes=(
            Annex(1, "各街道社区规模达标情况", (street_table(landscape=True),)),
            Annex(2, "规模不达标社区名单", (Paragraph.of(SPIRIT), rare_table())),
        ),
        attachments=(
            "各街道社区规模达标情况",
            "规模不达标社区名单以及优化调整、补齐服务用房、核实数据的责任分工一览表",
            "社区明细表（电子表格，随文件附送）",
        ),
        signature="西安市莲湖区民政局",
        date=dt.date(2026, 7, 8),
        copy_to="西安市社区建设领导小组办公室，莲湖区人民政府办公室。",
        printed_by="西安市莲湖区民政局办公室",
        verification="2026H1-610104-7F3A-19C2",
    )
    return replace(base, **changes)


def long_text() -> OfficialDocument:
    """Only body text: several pages filled to the last line."""
    paragraphs = tuple(Paragraph.of(text) for _ in range(6) for text in (SPIRIT, GRIDS))
    return report(body=paragraphs, annexes=(), attachments=())
