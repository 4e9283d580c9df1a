"""What the pages of the registries keep: attached files, drafts of forms, and what is empty for good."""

from governance.records.models.attachment import Attachment
from governance.records.models.draft import Draft, Submission
from governance.records.models.emptiness import EmptyConfirmation

__all__ = ["Attachment", "Draft", "EmptyConfirmation", "Submission"]
