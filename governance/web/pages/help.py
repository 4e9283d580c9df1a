"""The manual in the portal: contents, chapters, pictures, and the panel beside a page."""

import mimetypes
import re
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View

from governance.web import help as manual
from governance.web.policy import AUTHENTICATED, PolicyMixin
from governance.web.views import TemplatePage

_IMAGE = re.compile(r"[\w-]+\.(png|jpg|svg|webp)")


class HelpPage(TemplatePage):
    """Contents."""

    policy = AUTHENTICATED
    template_name = "web/help.html"
    title = "使用帮助"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(chapters=manual.chapters(), **kwargs)


class ChapterPage(TemplatePage):
    policy = AUTHENTICATED
    template_name = "web/help_chapter.html"
    crumbs = (("使用帮助", "web:help"),)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        found = manual.chapter(kwargs["slug"])
        if found is None:
            raise Http404
        self.chapter = found
        return super().get(request, *args, **kwargs)

    def get_title(self) -> str:
        return self.chapter.title

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        all_chapters = list(manual.chapters())
        at = all_chapters.index(self.chapter)
        following = all_chapters[at + 1] if at + 1 < len(all_chapters) else None
        return super().get_context_data(chapter=self.chapter, following=following, **kwargs)


class HelpPanelView(PolicyMixin, View):
    """The section about one page, for the panel at the side."""

    policy = AUTHENTICATED
    http_method_names = ["get"]

    def get(self, request: HttpRequest) -> HttpResponse:
        topic = manual.topic_of(request.GET.get("page", ""))
        context = {"topic": topic, "chapters": () if topic else manual.chapters()}
        return render(request, "web/help_panel.html", context)


class HelpImageView(PolicyMixin, View):
    policy = AUTHENTICATED
    http_method_names = ["get"]

    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        file = manual.IMAGES / name
        if not _IMAGE.fullmatch(name) or not file.is_file():
            raise Http404
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        headers = {"Cache-Control": "private, max-age=86400"}
        return HttpResponse(file.read_bytes(), content_type=kind, headers=headers)
