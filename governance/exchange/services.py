"""What pages, commands and jobs call: prepare and apply an import, make an export."""

from governance.exchange.exporting import ExportRefused, export_workbook
from governance.exchange.importing.apply import ImportRefused, StalePlan, apply
from governance.exchange.importing.lines import Plan
from governance.exchange.importing.prepare import prepare

__all__ = ["ExportRefused", "ImportRefused", "Plan", "StalePlan", "apply", "export_workbook", "prepare"]
