"""Pages of the workbook: download, upload, preview, receipt, undo, and the list of imports."""

from governance.exchange.views.common import file_response

__all__ = ["file_response"]
