"""Drawing a boundary by mouse: refused where it overlaps, put right by dragging corners, then in force."""

import pytest
from playwright.sync_api import Page, expect

from communities.models import CommunityBoundary
from governance.accounts.roles import Role
from tests.browser.axe import violations
from tests.communities.boundaries import SOUTH, STEP, WEST, put_in_force, square
from tests.factories import Tree

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_PLACE = """([lng, lat]) => {
    const map = window.portalMaps["map-data"].map, at = map.latLngToContainerPoint([lat, lng]);
    const box = map.getContainer().getBoundingClientRect();
    return [box.left + at.x, box.top + at.y];
}"""


def on_screen(page: Page, column: float, row: float) -> tuple[float, float]:
    """Where a corner of the test squares lies in the window."""
    x, y = page.evaluate(_PLACE, [WEST + column * STEP, SOUTH + row * STEP])
    return x, y


def click(page: Page, column: float, row: float) -> None:
    page.mouse.move(*on_screen(page, column, row), steps=3)
    page.mouse.click(*on_screen(page, column, row))


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Move a corner; on a busy machine the map may not have taken hold of it, so it is tried again."""
    before = page.input_value("#id_geojson")
    for _ in range(4):
        page.mouse.move(*on_screen(page, *start), steps=4)
        page.wait_for_timeout(150)
        page.mouse.down()
        page.mouse.move(*on_screen(page, *end), steps=8)
        page.mouse.up()
        page.wait_for_timeout(150)
        if page.input_value("#id_geojson") != before:
            return


def tool(page: Page, text: str) -> None:
    page.get_by_role("button", name=text).click()


def test_a_boundary_is_drawn_refused_mended_and_saved(visit, tree: Tree, user_of):
    clerk = user_of(Role.STREET_CLERK)
    neighbour = put_in_force(clerk, tree["610104001002"], square(0, 0))
    visitor = visit()
    visitor.sign_in_as(clerk)
    visitor.open(f"/communities/{tree.community.code}/boundary/edit/")
    page = visitor.page
    page.locator("[data-map]").scroll_into_view_if_needed()
    tool(page, "画一块")
    for corner in ((0.5, 0.2), (1.3, 0.2), (1.3, 0.8), (0.5, 0.8), (0.5, 0.2)):
        click(page, *corner)
    expect(page.locator("[data-map-status]")).to_contain_text("共 1 块、4 个顶点")
    assert page.input_value("#id_system") == "cgcs2000"
    page.fill("#id_effective_from", "20260101")
    page.fill("#id_basis", "莲政发〔2026〕1号")
    with page.expect_navigation():
        tool(page, "保存并生效")
    assert "与“习武园社区”（610104001002）重叠" in page.text_content(".errsum")
    assert violations(page) == []
    visitor.problems.clear()  # the browser notes the answer 422

    page.locator("[data-map]").scroll_into_view_if_needed()
    tool(page, "移动顶点")
    expect(page.locator(".marker-icon").first).to_be_visible()
    drag(page, (0.5, 0.2), (1.02, 0.2))
    drag(page, (0.5, 0.8), (1.02, 0.8))
    with page.expect_navigation():
        tool(page, "保存并生效")
    assert "现行有效" in page.text_content("#messages")
    saved = CommunityBoundary.objects.get(division=tree.community)
    corners = saved.geometry["coordinates"][0]
    assert saved.state == "current" and saved.vertices == 4
    edge = neighbour.geometry["coordinates"][0][1][0]
    assert min(point[0] for point in corners) == pytest.approx(edge, abs=2e-7), (
        "corners snap to the neighbour"
    )
    expect(page.locator(".map-name")).to_have_count(2)
    assert violations(page) == []
    page.emulate_media(media="print")
    assert page.locator(".map-svg").is_visible() and not page.locator(".map").is_visible()
    page.emulate_media(media="screen")
    visitor.open(f"/communities/{tree.street.code}/boundary/")
    assert violations(page) == []
    assert not visitor.is_wider_than_the_screen()


def test_without_javascript_the_map_is_a_picture_and_the_form_takes_text(visit, tree: Tree, user_of):
    clerk = user_of(Role.STREET_CLERK)
    put_in_force(clerk, tree["610104001002"], square(0, 0))
    visitor = visit(javascript=False)
    visitor.sign_in_as(clerk)
    visitor.open(f"/communities/{tree.community.code}/boundary/edit/")
    page = visitor.page
    assert page.locator(".map-svg").is_visible()
    assert not page.get_by_role("button", name="画一块").is_visible()
    page.fill("#id_geojson", str(square(1, 0)).replace("'", '"'))
    page.select_option("#id_system", "cgcs2000")
    page.get_by_role("button", name="存为草稿").click()
    assert "已存为草稿" in page.text_content("#messages")
