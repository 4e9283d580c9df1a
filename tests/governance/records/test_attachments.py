"""Files of a record: what is taken, who gets it, and that it lies sealed."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from governance.accounts.roles import Role
from governance.audit.models import Event, EventKind
from governance.records import attachments
from governance.records.file_types import DOCX, JPEG, PDF, PNG, XLSX, FileRefused, file_type
from governance.records.models import Attachment
from tests.factories import Tree
from tests.governance.records.makers import make_grid, make_member, url

PDF_BYTES = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def office(*names: str, types: bytes = b"<Types/>") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("[Content_Types].xml", types)
        for name in names:
            archive.writestr(name, b"<x/>")
    return target.getvalue()


@pytest.fixture
def clerk(client_of):
    return client_of(Role.STREET_CLERK)


def upload(client, row, content: bytes = PDF_BYTES, name: str = "批复.pdf", slug: str = "grids"):
    return client.post(url("attach", slug, row), {"file": SimpleUploadedFile(name, content)})


def file_url(row, file: Attachment, tail: str = "", slug: str = "grids") -> str:
    return f"{url('attach', slug, row)}{file.pk}/{tail}"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (PDF_BYTES, PDF),
        (b"\xff\xd8\xff\xe0 picture \xff\xd9", JPEG),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR rest IEND\xaeB`\x82", PNG),
        (office("xl/workbook.xml"), XLSX),
        (office("word/document.xml"), DOCX),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_file_is_what_its_content_says(content, found):
    assert file_type(content) is found


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "空的"),
        (b"MZ\x90\x00 program", "只能上传"),
        (b"<html><script>", "只能上传"),
        (b"%PDF-1.7 cut off", "不完整"),
        (b"\x89PNG\r\n\x1a\n cut", "不完整"),
        (office("a.txt"), "只能上传"),
        (office("xl/workbook.xml", "xl/vbaProject.bin"), "宏"),
        (office("word/document.xml", types=b"application/vnd.ms-word.document.macroEnabled"), "宏"),
        (b"PK\x03\x04 no archive", "损坏"),
        (b"%PDF-" + b"0" * (20 * 1024 * 1024 + 1), "20 MB"),
    ],
    ids=["empty", "exe", "html", "pdf", "png", "zip", "macro", "macro type", "damaged", "large"],
)
def test_anything_else_is_refused_with_what_to_do(content, words):
    with pytest.raises(FileRefused, match=words):
        file_type(content)


def test_a_file_is_kept_sealed_given_out_to_be_saved_and_logged(tree: Tree, clerk):
    row = make_grid(tree.community)
    assert upload(clerk, row).status_code == 302
    file = Attachment.objects.get()
    assert (file.name, file.content_type, file.size) == ("批复.pdf", "application/pdf", len(PDF_BYTES))
    on_disk = attachments.path_of(file.key)
    assert b"PDF" not in on_disk.read_bytes() and on_disk.stat().st_mode & 0o077 == 0
    answer = clerk.get(file_url(row, file))
    assert answer.content == PDF_BYTES
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff" and "no-store" in answer["Cache-Control"]
    assert Event.objects.get(kind=EventKind.EXPORT).detail["sha256"] == file.sha256
    page = clerk.get(url("attach", "grids", row)).content.decode()
    assert "批复.pdf" in page and "street_clerk" in page
    assert "批复.pdf" in clerk.get(url("detail", "grids", row)).content.decode()
    assert "附件" in clerk.get(url("history", "grids", row)).content.decode()


def test_the_same_file_twice_is_one(tree, clerk):
    row = make_grid(tree.community)
    upload(clerk, row)
    upload(clerk, row, name="又一次.pdf")
    assert Attachment.objects.count() == 1
    assert Event.objects.filter(object_type="records.attachment", kind=EventKind.CREATE).count() == 1


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("..\\..\\批复.pdf", "批复.pdf"),
        ("/etc/passwd", "passwd.pdf"),
        ("程序.exe", "程序.exe.pdf"),
        ("\u202efdp.批复.PDF", "fdp.批复.pdf"),
        ("", "附件.pdf"),
    ],
)
def test_names_are_cleaned_and_end_as_what_the_file_is(given, kept):
    assert attachments.clean_name(given, PDF) == kept


def test_a_refused_file_is_named_and_nothing_is_kept(tree, clerk):
    row = make_grid(tree.community)
    answer = upload(clerk, row, b"MZ program", "批复.pdf")
    assert answer.status_code == 422 and "只能上传" in answer.content.decode()
    assert not Attachment.objects.exists()


def test_a_file_is_voided_with_a_reason_and_given_out_no_more(tree, clerk):
    row = make_grid(tree.community)
    upload(clerk, row)
    file = Attachment.objects.get()
    assert clerk.post(file_url(row, file, "void/"), {"reason": ""}).status_code == 422
    assert clerk.post(file_url(row, file, "void/"), {"reason": "传错了"}).status_code == 302
    assert clerk.get(file_url(row, file)).status_code == 404
    file.refresh_from_db()
    assert file.void_reason == "传错了" and attachments.path_of(file.key).exists()
    assert "传错了" in clerk.get(url("attach", "grids", row)).content.decode()
    assert Event.objects.get(object_type="records.attachment", kind=EventKind.VOID).reason == "传错了"
    upload(clerk, row)
    assert Attachment.objects.valid().count() == 1, "a voided file can be uploaded again"


def test_readers_look_and_strangers_find_nothing(tree, clerk, client_of):
    row = make_grid(tree.community)
    upload(clerk, row)
    file = Attachment.objects.get()
    reader = client_of(Role.UPPER_READER)
    assert reader.get(file_url(row, file)).status_code == 200
    assert upload(reader, row).status_code == 403
    assert reader.post(file_url(row, file, "void/"), {"reason": "传错了"}).status_code == 403
    stranger = client_of(Role.STREET_CLERK, tree.other_street)
    assert stranger.get(file_url(row, file)).status_code == 404
    assert upload(stranger, row).status_code == 404
    other = make_grid(tree.community, number="02")
    assert clerk.get(file_url(other, file)).status_code == 404, "a file belongs to its record"


def test_files_of_persons_need_the_right_to_see_persons(tree, clerk, client_of):
    row = make_member(tree.community)
    upload(clerk, row, slug="members")
    file = Attachment.objects.get()
    department = client_of(Role.DEPARTMENT)
    assert department.get(file_url(row, file, slug="members")).status_code == 403


def test_a_community_has_files_too(tree, clerk):
    community = tree.community.community
    assert upload(clerk, community, slug="communities").status_code == 302
    page = clerk.get(url("detail", "communities", community), follow=True).content.decode()
    assert "附件 1" in page
