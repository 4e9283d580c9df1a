"""The part of the hand-written reference that reads the ledgers: their figures, and the rules on them.

The province's types are grouped over the province, those of Lianhu over Lianhu only.
"""

from django.db import connection

ON = "2026-06-30"
_YEAR = (
    "(period LIKE '{year}%' AND started_on <= '{on}' "
    "OR period = '' AND started_on BETWEEN '{year}-01-01' AND '{end}')"
)


def _rows(codes: str, low: str, high: str) -> str:
    active = f"(started_on IS NULL OR started_on <= '{ON}') AND (ended_on IS NULL OR ended_on > '{ON}')"
    this_year = _YEAR.format(year="2026", on=ON, end=ON)
    last_year = _YEAR.format(year="2025", on=ON, end="2025-12-31")
    return (
        f"SELECT division_id, code, status, count, amount, breach, {active} AS active, "
        f"started_on <= '{ON}' AS begun, {this_year} AS y, {last_year} AS z FROM ledgers_ledgerentry "
        f"WHERE voided_on IS NULL AND code IN ({codes}) AND path >= '{low}' AND path < '{high}'"
    )


def _all(code: str, status: str) -> str:
    return (
        f"MIN(CASE WHEN code = '{code}' AND active THEN CASE WHEN status IN ({status}) THEN 1 ELSE 0 END END)"
    )


def _any(code: str, status: str) -> str:
    return (
        f"MAX(CASE WHEN code = '{code}' THEN CASE WHEN active AND status IN ({status}) THEN 1 ELSE 0 END END)"
    )


def _counted(code: str, such: str) -> str:
    return f"SUM(CASE WHEN code = '{code}' THEN CASE WHEN {such} THEN 1 ELSE 0 END END)"


def _kinds(code: str, such: str) -> str:
    return (
        f"CASE WHEN COUNT(CASE WHEN code = '{code}' THEN 1 END) > 0 "
        f"THEN COUNT(DISTINCT CASE WHEN code = '{code}' AND {such} THEN status END) END"
    )


def _sum(code: str, column: str, such: str) -> str:
    return f"CAST(SUM(CASE WHEN code = '{code}' AND {such} THEN {column} END) AS bigint)"


_RESIGNED = "'asked','heard','approved','filed'"
_SEVEN = "'decision','property','project','welfare','culture','environment','charter'"

PROVINCE_FIGURES = {
    "economic": _counted("SX-PTY-04", "active AND status IN ('secretary','irregular','other','vacant')"),
    "headed": _all("SX-PTY-04", "'secretary','nobody'"),
    "qualities": _all("SX-GRID-02", "'all_met'"),
    "comprehensive": _any("SX-GRID-03", "'comprehensive'"),
    "layers": _counted("SX-GRID-03", "active"),
    "in_grids": _counted("SX-GRID-07", "active AND status = 'assigned'"),
    "places": _counted("SX-GRID-07", "active"),
    "smart": _counted("SX-SMART-01", "y AND status = 'built'"),
    "mechanism": _any("SX-PROP-02", "'complete'"),
    "parties": _any("SX-PROP-02", "'complete','partial'"),
    "covenant": _any("SX-COV-03", "'in_force'"),
    "covenant_cases": _counted("SX-COV-04", "begun AND status = 'selected'"),
    "bodies": _kinds("SX-ORG-01", "active AND status IN ('council','moral','red_white','anti_drug')"),
    "matters": _kinds("SX-SUP-03", f"y AND status IN ({_SEVEN})"),
    "full_disclosures": _counted("SX-DISC-05", "y AND status = 'complete'"),
    "disclosures": _counted("SX-DISC-05", "y AND status IN ('complete','gaps')"),
    "disclosure_kinds": _kinds("SX-DISC-06", "y AND status <> ''"),
    "department": _counted("SX-ASM-01", "y AND status = 'department'"),
    "service_kinds": _kinds("SX-FAC-04", "active AND status IN ('police','mediation','legal_aid')"),
}
COUNTY_FIGURES = {
    "lh_covered": _all("LH-BND-01", "'covered'"),
    "lh_three": _all("LH-BND-04", "'all'"),
    "lh_added": _sum("LH-ADJ-03", "count", "active AND status = 'arrived'"),
    "lh_owed": _sum("LH-FAC-07", "amount", "begun AND status IN ('verified','recovering','cleared')"),
    "lh_trained": _sum("LH-TRN-01", "count", "z"),
    "lh_to_train": _sum("LH-TRN-01", "amount", "z"),
    "lh_resigned": _counted("LH-CAD-18", f"y AND status IN ({_RESIGNED})"),
    "lh_noticed": _counted("LH-CAD-18", f"y AND NOT breach AND status IN ({_RESIGNED})"),
    "lh_deliberations": _counted("LH-DEL-02", "y AND status = 'chosen'"),
    "lh_burden": _counted("LH-BURD-01", "active AND status = 'running'"),
    "lh_organisations": _counted("LH-SOC-03", "begun AND status = 'model'"),
    "lh_pay_city": _sum("LH-FUND-02", "amount", "z AND status = 'city'"),
    "lh_pay_district": _sum("LH-FUND-02", "amount", "z AND status = 'district'"),
    "lh_fund": _sum("LH-FUND-03", "amount", "y"),
    "lh_fund_city": _sum("LH-FUND-03", "amount", "y AND status = 'city'"),
    "lh_fund_district": _sum("LH-FUND-03", "amount", "y AND status = 'district'"),
    "lh_prices": _all("LH-FAC-09", "'kept'"),
    "lh_comparable": _any("LH-FAC-10", "'kept','above'"),
    "lh_fee_kept": _all("LH-FAC-10", "'kept','none'"),
}

PROVINCE_RULES = {
    "SX-PTY-04": "WHEN economic IS NULL THEN 'D' WHEN economic = 0 THEN 'A' WHEN headed IS NULL THEN 'D' "
    "WHEN headed = 1 THEN 'M' ELSE 'N'",
    "SX-GRID-02": "WHEN qualities IS NULL THEN 'D' WHEN qualities = 1 THEN 'M' ELSE 'N'",
    "SX-GRID-03": "WHEN comprehensive > layers THEN 'E' WHEN layers IS NULL THEN 'D' "
    "WHEN layers = 0 THEN 'A' WHEN comprehensive = layers THEN 'M' ELSE 'N'",
    "SX-GRID-07": "WHEN places IS NULL THEN 'D' WHEN places = 0 THEN 'A' "
    "WHEN in_grids = places THEN 'M' ELSE 'N'",
    "SX-SMART-01": "WHEN smart IS NULL THEN 'D' ELSE 'I'",
    "SX-PROP-02": "WHEN parties IS NULL THEN 'D' WHEN parties = 0 THEN 'A' "
    "WHEN mechanism = 1 THEN 'M' ELSE 'N'",
    "SX-COV-03": "WHEN covenant IS NULL THEN 'D' WHEN covenant = 1 THEN 'M' ELSE 'N'",
    "SX-COV-04": "WHEN covenant_cases IS NULL THEN 'D' ELSE 'I'",
    "SX-ORG-01": "WHEN bodies IS NULL THEN 'D' WHEN bodies >= 4 THEN 'M' ELSE 'N'",
    "SX-SUP-03": "WHEN matters IS NULL THEN 'D' WHEN matters >= 7 THEN 'M' ELSE 'N'",
    "SX-DISC-05": "WHEN disclosures IS NULL THEN 'D' WHEN disclosures = 0 THEN 'A' "
    "WHEN full_disclosures >= disclosures THEN 'M' ELSE 'N'",
    "SX-DISC-06": "WHEN disclosure_kinds IS NULL THEN 'D' WHEN disclosure_kinds >= 5 THEN 'M' ELSE 'N'",
    "SX-ASM-01": "WHEN department IS NULL THEN 'D' WHEN department = 0 THEN 'M' ELSE 'N'",
    "SX-FAC-04": "WHEN service_kinds IS NULL THEN 'D' WHEN service_kinds >= 3 THEN 'M' ELSE 'N'",
}
COUNTY_RULES = {
    "LH-BND-01": "WHEN lh_covered IS NULL AND drawn = 0 AND sides < 4 THEN 'D' "
    "WHEN COALESCE(lh_covered, 1) = 1 THEN 'M' ELSE 'N'",
    "LH-BND-04": "WHEN lh_three IS NULL THEN 'D' WHEN lh_three = 1 THEN 'M' ELSE 'N'",
    "LH-ADJ-03": "WHEN households <= 5000 THEN 'A' WHEN households IS NULL OR lh_added IS NULL THEN 'D' "
    "WHEN lh_added >= 1 THEN 'M' ELSE 'N'",
    "LH-FAC-07": "WHEN lh_owed IS NULL THEN 'D' ELSE 'I'",
    "LH-TRN-01": "WHEN lh_trained > lh_to_train THEN 'E' "
    "WHEN lh_trained IS NULL OR lh_to_train IS NULL THEN 'D' "
    "WHEN lh_to_train = 0 THEN 'A' WHEN lh_trained = lh_to_train THEN 'M' ELSE 'N'",
    "LH-CAD-18": "WHEN lh_resigned IS NULL THEN 'D' WHEN lh_resigned = 0 THEN 'A' "
    "WHEN lh_noticed = lh_resigned THEN 'M' ELSE 'N'",
    "LH-DEL-02": "WHEN lh_deliberations IS NULL THEN 'D' ELSE 'I'",
    "LH-BURD-01": "WHEN lh_burden IS NULL THEN 'D' ELSE 'I'",
    "LH-SOC-03": "WHEN lh_organisations IS NULL THEN 'D' ELSE 'I'",
    "LH-FUND-02": "WHEN lh_pay_city IS NULL OR lh_pay_district IS NULL THEN 'D' "
    "WHEN lh_pay_city + lh_pay_district = 0 THEN 'A' "
    "WHEN lh_pay_city - lh_pay_district BETWEEN -1 AND 1 THEN 'M' ELSE 'N'",
    "LH-FUND-03": "WHEN lh_fund IS NULL OR lh_fund_city IS NULL OR lh_fund_district IS NULL THEN 'D' "
    "WHEN lh_fund_city >= 13000000 AND lh_fund_district >= 12000000 THEN 'M' ELSE 'N'",
    "LH-FAC-09": "WHEN lh_prices IS NULL THEN 'D' WHEN lh_prices = 1 THEN 'M' ELSE 'N'",
    "LH-FAC-10": "WHEN lh_comparable IS NULL THEN 'D' WHEN lh_comparable = 0 THEN 'A' "
    "WHEN lh_fee_kept IS NULL THEN 'D' WHEN lh_fee_kept = 1 THEN 'M' ELSE 'N'",
}

COLUMNS = ", ".join([*(f"l.{name}" for name in PROVINCE_FIGURES), *(f"k.{name}" for name in COUNTY_FIGURES)])


def _grouped(figures: dict[str, str], rules: dict[str, str], low: str, high: str) -> str:
    codes = ", ".join(f"'{code}'" for code in rules)
    columns = ", ".join(f"{sql} AS {name}" for name, sql in figures.items())
    return f"SELECT division_id, {columns} FROM ({_rows(codes, low, high)}) x GROUP BY division_id"


def joins() -> str:
    """The two LEFT JOINs, with {low} and {high} of the province to be filled in."""
    province = _grouped(PROVINCE_FIGURES, PROVINCE_RULES, "{low}", "{high}")
    county = _grouped(COUNTY_FIGURES, COUNTY_RULES, "610104", "610105")
    return f"LEFT JOIN ({province}) l ON l.division_id = d.id LEFT JOIN ({county}) k ON k.division_id = d.id"


def inherited() -> str:
    """What communities have from their county and their street."""
    funds = ", ".join(
        f"SUM(CASE WHEN code = '{code}' AND period = '{year}' THEN amount END) AS {name}"
        for code, year, name in (
            ("SX-FUND-01", 2025, "fund"),
            ("SX-FUND-01", 2024, "fund_before"),
            ("SX-FUND-05", 2025, "digital"),
            ("SX-FUND-05", 2024, "digital_before"),
        )
    )
    active = f"(started_on IS NULL OR started_on <= '{ON}') AND (ended_on IS NULL OR ended_on > '{ON}')"
    trainings = ", ".join(
        f"{_counted(code, _YEAR.format(year='2026', on=ON, end=ON))} AS {name}"
        for code, name in (("LH-TRN-02", "lh_trainings"), ("LH-TRN-03", "lh_leader_trainings"))
    )
    in_force = f"in_force_on <= '{ON}' AND (ended_on IS NULL OR ended_on > '{ON}')"
    raised = "MIN(CASE WHEN satisfaction_c > previous_c THEN 1 WHEN satisfaction_c <= previous_c THEN 0 END)"
    rows = "FROM ledgers_ledgerentry WHERE voided_on IS NULL AND path >= '{low}' AND path < '{high}'"
    return (
        f"LEFT JOIN (SELECT path, {funds} {rows} AND code IN ('SX-FUND-01', 'SX-FUND-05') "
        f"AND started_on <= '{ON}' GROUP BY path) a ON a.path = substr(d.path, 1, 6) "
        f"LEFT JOIN (SELECT path, {trainings} {rows} AND code IN ('LH-TRN-02', 'LH-TRN-03') "
        "AND path = '610104' GROUP BY path) h ON h.path = substr(d.path, 1, 6) "
        f"LEFT JOIN (SELECT path, {_counted('LH-ASM-04', f'{active} AND {_has_veto()}')} AS vetoes {rows} "
        "AND code = 'LH-ASM-04' AND path >= '610104' AND path < '610105' GROUP BY path) b "
        "ON b.path = substr(d.path, 1, 9) "
        f"LEFT JOIN (SELECT t.division_id, {raised} AS raised FROM assessments_assessment t "
        f"JOIN assessments_scheme s ON s.id = t.scheme_id WHERE direction = 'down' AND {in_force} "
        "AND length(s.path) = 9 AND t.path >= '{low}' AND t.path < '{high}' GROUP BY t.division_id) s "
        "ON s.division_id = d.id"
    )


def _has_veto() -> str:
    if connection.vendor == "postgresql":
        return "(\"values\" ->> 'veto') = 'true'"
    return "json_extract(\"values\", '$.veto') = 1"
