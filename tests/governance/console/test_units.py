import pytest
from django.utils import timezone

from governance.accounts.models import Unit, User
from governance.accounts.roles import Role
from governance.audit.models import Event, EventKind
from tests.factories import make_user


def body(response) -> str:
    return response.content.decode()


@pytest.fixture
def system(client_of):
    return client_of(Role.SYSTEM_ADMIN)


@pytest.fixture
def unit(tree) -> Unit:
    return Unit.objects.create(name="莲湖区民政局", division=tree.county)


def form(**changes) -> dict[str, str]:
    return {
        "name": "青年路街道办事处",
        "division": "610104001",
        "letterhead": "",
        "document_prefix": "",
        **changes,
    }


@pytest.mark.parametrize("division", ["610104001", "青年路街道", "青年路街道（610104001）", "610104001000"])
def test_a_unit_is_made_with_the_division_by_code_or_name(tree, system, division):
    data = form(division=division, letterhead="青年路街道办事处文件", document_prefix="青街")
    assert system.post("/units/add/", data).status_code == 302
    unit = Unit.objects.get()
    assert (unit.division, unit.letterhead, unit.document_prefix) == (
        tree.street,
        "青年路街道办事处文件",
        "青街",
    )
    event = Event.objects.get(kind=EventKind.CREATE, object_type="accounts.unit")
    assert event.path == tree.street.path and event.after["division"] == "青年路街道"
    assert "青年路街道办事处" in body(system.get("/units/"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"division": "610102"}, "没有代码为"),
        ({"division": "新城区"}, "没有名为"),
        ({"division": "街道"}, "有多个区划名称含"),
        ({"name": "莲湖区民政局"}, "请换一个名称"),
        ({"division": ""}, "处需要修改"),
        ({"name": "长" * 61}, "61"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_saved(tree, unit, system, changes, said):
    response = system.post("/units/add/", form(document_prefix="保留我", **changes))
    assert response.status_code == 422 and Unit.objects.count() == 1
    assert said in body(response) and "保留我" in body(response)


def test_a_unit_is_changed_and_logged_once(tree, unit, system):
    page = f"/units/{unit.pk}/change/"
    assert "莲湖区（610104）" in body(system.get(page))
    data = form(name="莲湖区社会工作部", division="莲湖区（610104）")
    for _ in range(2):
        assert system.post(page, data).status_code == 302
    event = Event.objects.get(kind=EventKind.CHANGE, object_type="accounts.unit")
    assert (event.before, event.after) == ({"name": "莲湖区民政局"}, {"name": "莲湖区社会工作部"})


def test_a_unit_closes_when_no_user_is_left(tree, unit, system):
    user = make_user("u", Role.STREET_CLERK, tree.street, unit=unit)
    page = f"/units/{unit.pk}/close/"
    response = system.post(page, {"reason": "机构改革"})
    assert response.status_code == 422 and "还有 1 名在用的用户" in body(response)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert system.post(page, {"reason": "机构改革"}).status_code == 302
    unit.refresh_from_db()
    assert unit.closed_on == timezone.localdate()
    assert Event.objects.get(kind=EventKind.END).reason == "机构改革"
    assert "莲湖区民政局（莲湖区）" not in body(system.get("/users/add/"))
    assert system.post(f"/units/{unit.pk}/reopen/").status_code == 302
    assert "莲湖区民政局（莲湖区）" in body(system.get("/users/add/"))


def test_foreign_units_are_not_found(tree, system):
    foreign = Unit.objects.create(name="新城区民政局", division=tree.foreign_county)
    above = Unit.objects.create(name="西安市民政局", division=tree.city)
    assert "新城区民政局" not in body(system.get("/units/"))
    for unit in (foreign, above):
        for step in ("change", "close", "reopen"):
            assert system.post(f"/units/{unit.pk}/{step}/", form(reason="x")).status_code == 404


def test_units_have_a_constant_number_of_statements(tree, system, django_assert_max_num_queries):
    for number in range(20):
        Unit.objects.create(name=f"单位{number}", division=tree.street)
    with django_assert_max_num_queries(15):
        assert "单位19" in body(system.get("/units/"))
