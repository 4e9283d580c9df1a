"""The sheets 两委成员 and 社区工作者 of the workbook."""

from cadres.choices import CommitteePost, EntryWay, PartyPost, SocialWorkCertificate, WorkerPost
from cadres.models import CommunityWorker, TwoCommitteeMember
from governance.exchange.cells import ChoiceWidget, CountWidget, DateWidget, YesNoWidget
from governance.exchange.sheets import Sheet, SheetField, SheetResource, register
from governance.people.services import PERSONS
from governance.people.widgets import (
    ID_NUMBER,
    NAME,
    birth_date_field,
    id_number_field,
    name_field,
    phone_field,
    sex_field,
)


class MemberResource(SheetResource):
    name = name_field()
    id_number = id_number_field()
    sex = sex_field()
    birth_date = birth_date_field()
    party_post = SheetField("party_post", "党组织职务", ChoiceWidget(PartyPost.choices))
    committee_post = SheetField("committee_post", "居委会职务", ChoiceWidget(CommitteePost.choices))
    heads_supervision = SheetField("heads_supervision", "监委会主任", YesNoWidget())
    is_fulltime = SheetField("is_fulltime", "专职", YesNoWidget(), required=True)
    counts_toward_quota = SheetField(
        "counts_toward_quota",
        "占职数",
        YesNoWidget(),
        required=True,
        description="选任的兼职委员、民警等不占职数的填“否”",
    )
    started_on = SheetField("started_on", "任职日期", DateWidget(), required=True)
    ended_on = SheetField("ended_on", "离任日期", DateWidget(), description="离任时填写，不要删除行")


class WorkerResource(SheetResource):
    name = name_field()
    id_number = id_number_field()
    phone = phone_field()
    post = SheetField("post", "岗位", ChoiceWidget(WorkerPost.choices))
    grade = SheetField("grade", "级别", CountWidget("级", minimum=1, maximum=18), description="1 至 18")
    started_on = SheetField("started_on", "入职日期", DateWidget(), required=True)
    entry_way = SheetField("entry_way", "入职方式", ChoiceWidget(EntryWay.choices))
    certificate = SheetField("certificate", "社会工作者证书", ChoiceWidget(SocialWorkCertificate.choices))
    ended_on = SheetField("ended_on", "离职日期", DateWidget(), description="离职时填写，不要删除行")


def register_sheets() -> None:
    register(
        Sheet(
            "两委成员",
            TwoCommitteeMember,
            MemberResource,
            30,
            key=(NAME, ID_NUMBER),
            link=PERSONS,
            begin="任职日期",
            end="离任日期",
            description="每行一人的一段任职",
            slug="members",
            unit="人",
        )
    )
    register(
        Sheet(
            "社区工作者",
            CommunityWorker,
            WorkerResource,
            40,
            key=(NAME, ID_NUMBER),
            link=PERSONS,
            begin="入职日期",
            end="离职日期",
            description="每行一人的一段任职",
            slug="workers",
            unit="人",
        )
    )
