"""The manual in the portal: safe HTML, links that lead somewhere, and the section for each page."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.urls import reverse

from governance.accounts.roles import Role
from governance.exchange import sheets
from governance.web import help as manual
from governance.web.policy import walk_urlconf

SAMPLE = """# 演示章

引言 <b>不是粗体</b>。

## 登记 社区

[//]: # (pages: communities:list records:*)

见[第一章](01-login.md#登录)，[坏链接](javascript:alert(1))。![图](images/frame.png)
![缺](images/missing.png)

| 栏目 | 说明 |
|---|---|
| a | b |
"""


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> manual.Chapter:
    (tmp_path / "frame.png").touch()
    (tmp_path / "09-sample.md").write_text(SAMPLE, encoding="utf-8")
    (tmp_path / "README.md").write_text("不是一章", encoding="utf-8")
    monkeypatch.setattr(manual, "MANUAL", tmp_path)
    monkeypatch.setattr(manual, "IMAGES", tmp_path)
    return manual.chapters()[0]


def test_a_chapter_becomes_safe_html(sample):
    assert [each.slug for each in manual.chapters()] == ["sample"]
    assert sample.title == "演示章"
    intro, section = sample.sections
    assert "&lt;b&gt;" in intro.html
    assert section.anchor == "登记-社区"
    assert 'href="/help/login/#%E7%99%BB%E5%BD%95"' in section.html
    assert 'src="/help/images/frame.png"' in section.html and "missing" not in section.html
    assert 'href="javascript' not in section.html
    assert '<table class="tbl">' in section.html and "pages:" not in section.html


def test_a_page_has_its_section_or_that_of_its_namespace(sample):
    assert manual.topic_of("communities:list").section.title == "登记 社区"
    assert manual.topic_of("records:add").section.title == "登记 社区"
    assert manual.topic_of("communities:detail") is None


def test_a_changed_file_is_read_again(sample, tmp_path):
    file = tmp_path / "09-sample.md"
    file.write_text("# 新的标题\n", encoding="utf-8")
    assert manual.chapters()[0].title == "新的标题"


ROUTES = {route.name for route in walk_urlconf()}


@pytest.mark.parametrize("chapter", manual.chapters(), ids=lambda chapter: chapter.slug)
def test_the_manual_names_pages_and_links_that_exist(chapter):
    anchors = {each.slug: {section.anchor for section in each.sections} for each in manual.chapters()}
    namespaces = {name.partition(":")[0] for name in ROUTES}
    assert chapter.title
    for section in chapter.sections:
        for page in section.pages:
            known = page[:-2] in namespaces if page.endswith(":*") else page in ROUTES
            assert known, f"{chapter.slug}: no page {page}"
        for slug, anchor in re.findall(r'href="/help/([a-z-]+)/(?:#([^"]*))?"', section.html):
            assert slug == "fields" or slug in anchors, slug
            assert not anchor or unquote(anchor) in anchors[slug], f"{slug}#{unquote(anchor)}"


def test_contents_chapter_and_panel(client_of):
    client = client_of(Role.STREET_CLERK)
    assert "登录与界面" in client.get(reverse("web:help")).content.decode()
    assert 'id="长时间不操作"' in client.get(reverse("web:help_chapter", args=["login"])).content.decode()
    assert client.get(reverse("web:help_chapter", args=["nothing"])).status_code == 404
    assert client.get("/help/images/nothing.png").status_code == 404
    assert client.get("/help/images/..%2F01-login.md").status_code == 404
    panel = reverse("web:help_panel")
    assert "首字母" in client.get(panel, {"page": "web:search"}).content.decode()
    assert "从目录中选择" in client.get(panel, {"page": "nothing"}).content.decode()


def test_the_frame_links_to_the_section_of_the_page(client_of):
    page = client_of(Role.STREET_CLERK).get(reverse("web:search")).content.decode()
    assert 'href="/help/login/#%E6%90%9C%E7%B4%A2" data-help' in page


def test_every_column_of_every_sheet_is_explained(client_of, measured_tree, django_assert_max_num_queries):
    client = client_of(Role.STREET_CLERK)
    with django_assert_max_num_queries(15):
        page = client.get(reverse("policies:fields")).content.decode()
    for sheet in sheets.registered():
        assert f'id="{sheet.slug}"' in page
        for name in sheet.columns:
            assert name in page, (sheet.name, name)
    assert "整数（户）" in page and "18 位身份证号" in page
    assert "LH-SIZE-01" in page and "LH-CAD-01" in page
