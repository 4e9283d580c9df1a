"""填报说明: what every sheet and column of the workbook asks for, from the declarations of the columns."""

from typing import Any

from governance.accounts.roles import Action
from governance.exchange import sheets as registry
from governance.exchange.views.common import CRUMBS
from governance.web.policy import Needs
from governance.web.views import Button, TemplatePage


class GuidePage(TemplatePage):
    policy = Needs(Action.VIEW)
    template_name = "exchange/guide.html"
    title = "填报说明"
    crumbs = CRUMBS
    buttons = (Button("下载工作簿", "exchange:download", "download"),)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        layouts = [(sheet, sheet.layout()) for sheet in registry.registered()]
        return super().get_context_data(
            sheets=[
                {
                    "name": sheet.name,
                    "slug": sheet.slug,
                    "description": layout.description,
                    "columns": [column for column in layout.columns if not column.hidden],
                }
                for sheet, layout in layouts
            ],
            **kwargs,
        )
