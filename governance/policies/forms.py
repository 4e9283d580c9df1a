"""Forms of the work on findings."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from django import forms

from governance.accounts.models import User
from governance.policies.follow_up import Assignment, label_of
from governance.policies.models import Finding
from governance.web.forms import DateField

_NOTE_HELP = "最多 500 字。请勿填写身份证号、手机号等个人信息。"


class NoteForm(forms.Form):
    """One note; `key` makes a form that is sent twice write once."""

    note = forms.CharField(
        label="办理情况", max_length=500, widget=forms.Textarea(attrs={"rows": 3}), help_text=_NOTE_HELP
    )
    key = forms.CharField(max_length=32, min_length=8, widget=forms.HiddenInput)
    one_column = True

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid4().hex, **(kwargs.get("initial") or {})}
        super().__init__(data, **kwargs)


class AssignForm(NoteForm):
    """Somebody responsible, a due day and a note, for one finding or for several.

    For several an empty field leaves what each has; for one it clears it.
    """

    user = forms.ChoiceField(label="责任人", required=False, help_text="列出数据范围包含所选问题的在用账号。")
    responsible = forms.CharField(
        label="责任单位或岗位",
        max_length=80,
        required=False,
        help_text="如“街道社区建设办公室”。没有账号的责任单位、岗位填在这里。",
    )
    due_on = DateField(label="整改期限", required=False)
    field_order = ("user", "responsible", "due_on", "note", "key")

    def __init__(
        self, data: Any = None, *, users: Sequence[User], finding: Finding | None = None, **kwargs: Any
    ) -> None:
        if finding is not None:
            kwargs["initial"] = {
                "user": str(finding.responsible_user_id or ""),
                "responsible": finding.responsible,
                "due_on": finding.due_on,
            }
        super().__init__(data, **kwargs)
        self.one_column = finding is not None
        self.users = {str(user.pk): user for user in users}
        self.finding = finding
        note = self.fields["note"]
        note.required, note.label = False, "说明"
        choice = self.fields["user"]
        assert isinstance(choice, forms.ChoiceField)
        empty = "不指定账号" if finding is not None else "不修改"
        choice.choices = [("", empty), *((pk, label_of(user)) for pk, user in self.users.items())]
        if finding is not None and finding.responsible_user and choice.initial not in self.users:
            self._keep_present(choice, finding.responsible_user)

    def _keep_present(self, choice: forms.ChoiceField, user: User) -> None:
        """Whoever is responsible already stays on offer, though his grant may have gone."""
        if str(user.pk) not in self.users:
            self.users[str(user.pk)] = user
            choice.choices = [*choice.choices, (str(user.pk), label_of(user))]  # type: ignore[misc]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        filled = any(cleaned.get(name) for name in ("user", "responsible", "due_on", "note"))
        if self.finding is None and not filled and not self.errors:
            raise forms.ValidationError("请至少填写责任人、责任单位、整改期限、说明中的一项。")
        return cleaned

    @property
    def assignment(self) -> Assignment:
        """What the form asks for, after it was found valid."""
        data = self.cleaned_data
        user = self.users.get(data["user"])
        text: str = data["responsible"].strip()
        due_on: date | None = data["due_on"]
        if self.finding is None:
            return Assignment(text if text or user else None, user, due_on)
        if user is None and self.finding.responsible_user is not None:
            # The text was made of the user's name; without him it would name somebody who is not meant.
            text = "" if text == label_of(self.finding.responsible_user) else text
        return Assignment(text, user, due_on, clear_due=True)
