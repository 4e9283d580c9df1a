"""Reports of the demonstration: the first half-year frozen and printed, the second one as a draft."""

from demo.accounts import ACCOUNTS
from demo.dates import LATER
from demo.loading import district
from governance.accounts.models import User
from governance.accounts.roles import Role
from governance.reports.document.conformance import NotConformant
from governance.reports.document.render import RenderingFailed
from governance.reports.models import Period, Report
from governance.reports.periods import HalfYear
from governance.reports.services import generate_report

PERIODS = ("2026H1", "2026H2")


def make_reports() -> list[str]:
    """Make the reports of the district that are missing; returns what was made or why it was not (Chinese).

    The day is that of the demonstration, so the first half is frozen and the second one is a draft whatever
    the clock says.
    """
    division = district()
    username = next(account.username for account in ACCOUNTS if account.role == Role.COUNTY_STAFF)
    user = User.objects.filter(username=username).first()
    messages = []
    for code in PERIODS:
        period = Period.objects.for_half_year(HalfYear.parse(code))
        if Report.objects.filter(period=period, division=division).exists():
            continue
        try:
            report = generate_report(period=period, division=division, today=LATER, user=user)
        except (NotConformant, RenderingFailed, OSError) as error:
            messages.append(f"{period.label}进展报告未能生成：{error}")
        else:
            state = "草稿" if report.is_draft else "定稿"
            messages.append(f"已生成{period.label}进展报告（{state}，{report.pages} 页）。")
    return messages
