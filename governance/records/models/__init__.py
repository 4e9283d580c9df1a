"""What the pages of the registries keep of their own: files attached to records, and drafts of forms."""

from governance.records.models.attachment import Attachment
from governance.records.models.draft import Draft, Submission

__all__ = ["Attachment", "Draft", "Submission"]
