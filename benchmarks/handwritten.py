"""The reference of the evaluation: one INSERT … SELECT, written by hand for the standards of both packs.

It keeps the values and one column of outcome letters for each standard in one wide row; what a careful
developer would write who needs these 68 standards on this day and nothing else.
"""

from django.db import connection

from benchmarks import handwritten_entries as entries
from governance.divisions.paths import next_path

TABLE = "bench_wide"
ON = entries.ON
_ACTIVE = f"(started_on IS NULL OR started_on <= '{ON}') AND (ended_on IS NULL OR ended_on > '{ON}')"
_EMPLOYED = "e.voided_on IS NULL AND " + _ACTIVE.replace("started_on", "e.started_on").replace(
    "ended_on", "e.ended_on"
)
_IN_COUNTY = "substr(e.path, 1, 6) = substr(x.path, 1, 6)"
"""Who works in several communities of a county is counted in the first one."""

_STANDING = (
    f"(t.opened_on IS NULL OR t.opened_on <= '{ON}') AND (t.closed_on IS NULL OR t.closed_on > '{ON}')"
)

_VALUES = f"""
SELECT d.id AS division_id, d.path AS path,
  NULLIF(c.area_type, '') AS area, NULLIF(c.party_org_kind, '') AS party_org,
  CAST(c.households_resident AS bigint) AS households, CAST(c.population_resident AS bigint) AS residents,
  CAST(c.population_urban_resident AS bigint) AS urban_residents,
  c.founded_on AS founded_on, c.is_new_build AS is_new_build,
  CAST(c.villager_groups AS bigint) AS villager_groups, CAST(c.registered_volunteers AS bigint) AS volunteers,
  c.has_env_property_committee AS env_committee,
  (CASE WHEN c.boundary_east <> '' THEN 1 ELSE 0 END + CASE WHEN c.boundary_south <> '' THEN 1 ELSE 0 END
   + CASE WHEN c.boundary_west <> '' THEN 1 ELSE 0 END + CASE WHEN c.boundary_north <> '' THEN 1 ELSE 0 END)
   AS sides, COALESCE(z.drawn, 0) AS drawn,
  CASE WHEN c.establishment <> '' THEN 1 ELSE 0 END AS founding,
  COALESCE(j.splits, 0) AS splits, COALESCE(j.merges, 0) AS merges,
  g.grids, g.grid_households, g.largest_grid, g.with_party, g.party_known, g.mapped, g.by_group, g.single,
  g.single_groups, g.naming,
  f.rooms, CAST(f.building AS bigint) AS building, CAST(f.activity AS bigint) AS activity, f.activity_known,
  CAST(f.outdoor AS bigint) AS outdoor, f.stations, f.centres, f.embedded,
  m.party, m.committee, m.crossed, m.seats, m.fulltime, m.both_posts, m.supervision,
  CASE WHEN w.workers IS NOT NULL OR m.seats IS NOT NULL
       THEN COALESCE(w.workers, 0) + COALESCE(m.fulltime_only, 0) END AS workers,
  p.compounds, p.compounds_known, p.managed, o.organisations,
  a.fund, a.fund_before, a.digital, a.digital_before, s.raised, b.vetoes,
  h.lh_trainings, h.lh_leader_trainings,
  {entries.COLUMNS}
FROM divisions_division d
JOIN communities_community c ON c.division_id = d.id AND c.voided_on IS NULL
LEFT JOIN (
  SELECT division_id, COUNT(CASE WHEN active THEN 1 END) AS grids,
    COALESCE(SUM(CASE WHEN active THEN households END), 0) AS grid_households,
    MAX(CASE WHEN active AND kind = 'residential' THEN households END) AS largest_grid,
    COUNT(CASE WHEN active AND party_org IN ('branch', 'group') THEN 1 END) AS with_party,
    COUNT(CASE WHEN active AND party_org <> '' THEN 1 END) AS party_known,
    COUNT(CASE WHEN active AND boundary IS NOT NULL THEN 1 END) AS mapped,
    COUNT(CASE WHEN active AND kind <> 'dedicated' THEN 1 END) AS by_group,
    COUNT(CASE WHEN active AND kind <> 'dedicated' AND villager_group_count = 1 THEN 1 END) AS single,
    COUNT(DISTINCT CASE WHEN active AND kind <> 'dedicated' AND villager_group_count = 1
                        THEN villager_groups END) AS single_groups,
    COUNT(CASE WHEN active AND kind <> 'dedicated' AND villager_group_count >= 1 THEN 1 END) AS naming
  FROM (SELECT *, {_ACTIVE} AS active FROM grids_grid WHERE voided_on IS NULL
        AND path >= '{{low}}' AND path < '{{high}}') x
  GROUP BY division_id) g ON g.division_id = d.id
LEFT JOIN (
  SELECT x.division_id, COUNT(CASE WHEN active AND kind <> 'embedded' THEN 1 END) AS rooms,
    COALESCE(SUM(CASE WHEN active AND kind <> 'embedded' THEN building_area_c END), 0) AS building,
    COALESCE(SUM(CASE WHEN active AND kind <> 'embedded' THEN activity_area_c END), 0) AS activity,
    COUNT(CASE WHEN active AND kind <> 'embedded' THEN activity_area_c END) AS activity_known,
    SUM(CASE WHEN active THEN outdoor_area_c END) AS outdoor,
    COUNT(CASE WHEN active AND kind = 'embedded' THEN 1 END) AS embedded,
    COUNT(CASE WHEN started_on BETWEEN '2026-01-01' AND '{ON}' AND kind = 'station'
               AND a.area_type IN ('urban', 'town') THEN 1 END) AS stations,
    COUNT(CASE WHEN started_on BETWEEN '2026-01-01' AND '{ON}' AND kind = 'rural_centre' THEN 1 END)
      AS centres
  FROM (SELECT *, {_ACTIVE} AS active FROM facilities_facility WHERE voided_on IS NULL
        AND path >= '{{low}}' AND path < '{{high}}') x
  JOIN communities_community a ON a.division_id = x.division_id
  GROUP BY x.division_id) f ON f.division_id = d.id
LEFT JOIN (
  SELECT division_id, COUNT(CASE WHEN seat AND party_post <> '' THEN 1 END) AS party,
    COUNT(CASE WHEN seat AND committee_post <> '' THEN 1 END) AS committee,
    COUNT(CASE WHEN seat AND party_post <> '' AND committee_post <> '' THEN 1 END) AS crossed,
    COUNT(CASE WHEN seat THEN 1 END) AS seats,
    COUNT(CASE WHEN seat AND is_fulltime THEN 1 END) AS fulltime,
    COUNT(CASE WHEN active AND party_post = 'secretary' AND committee_post = 'director' THEN 1 END)
      AS both_posts,
    COUNT(CASE WHEN active AND heads_supervision THEN 1 END) AS supervision,
    COUNT(DISTINCT CASE WHEN seat AND is_fulltime AND NOT EXISTS (
      SELECT 1 FROM cadres_communityworker e WHERE e.person_id = x.person_id AND {_IN_COUNTY} AND {_EMPLOYED}
      ) AND NOT EXISTS (
      SELECT 1 FROM cadres_twocommitteemember e WHERE e.person_id = x.person_id AND {_IN_COUNTY}
        AND {_EMPLOYED} AND e.path < x.path AND e.is_fulltime AND e.counts_toward_quota
        AND (e.party_post <> '' OR e.committee_post <> '')
      ) THEN x.person_id END) AS fulltime_only
  FROM (SELECT *, {_ACTIVE} AS active,
          {_ACTIVE} AND counts_toward_quota AND (party_post <> '' OR committee_post <> '') AS seat
        FROM cadres_twocommitteemember WHERE voided_on IS NULL
        AND path >= '{{low}}' AND path < '{{high}}') x
  GROUP BY division_id) m ON m.division_id = d.id
LEFT JOIN (
  SELECT division_id, COUNT(DISTINCT CASE WHEN {_ACTIVE} AND NOT EXISTS (
      SELECT 1 FROM cadres_communityworker e WHERE e.person_id = x.person_id AND {_IN_COUNTY} AND {_EMPLOYED}
        AND e.path < x.path) THEN person_id END) AS workers
  FROM cadres_communityworker x
  WHERE voided_on IS NULL AND path >= '{{low}}' AND path < '{{high}}' GROUP BY division_id
  ) w ON w.division_id = d.id
LEFT JOIN (
  SELECT division_id, COUNT(CASE WHEN {_ACTIVE} THEN 1 END) AS compounds,
    COUNT(CASE WHEN {_ACTIVE} AND property_kind <> '' THEN 1 END) AS compounds_known,
    COUNT(CASE WHEN {_ACTIVE} AND property_kind NOT IN ('', 'none') THEN 1 END) AS managed
  FROM communities_compound WHERE voided_on IS NULL AND path >= '{{low}}' AND path < '{{high}}'
  GROUP BY division_id) p ON p.division_id = d.id
LEFT JOIN (
  SELECT division_id, COUNT(CASE WHEN {_ACTIVE} THEN 1 END) AS organisations
  FROM communities_socialorganisation WHERE voided_on IS NULL AND path >= '{{low}}' AND path < '{{high}}'
  GROUP BY division_id) o ON o.division_id = d.id
LEFT JOIN (
  SELECT division_id, COUNT(*) AS drawn FROM communities_communityboundary
  WHERE state IN ('current', 'replaced') AND effective_from <= '{ON}'
    AND (ended_on IS NULL OR ended_on > '{ON}') AND path >= '610104' AND path < '610105'
  GROUP BY division_id) z ON z.division_id = d.id
LEFT JOIN (
  SELECT home, SUM(CASE WHEN kind = 'split' THEN listed ELSE 0 END) AS splits,
    SUM(CASE WHEN kind = 'merge' THEN listed ELSE 0 END) AS merges
  FROM (
    SELECT x.kind, x.listed, COALESCE((
      SELECT s.division_id FROM communities_successor s JOIN divisions_division t ON t.id = s.division_id
      WHERE s.adjustment_id = x.id AND {_STANDING} ORDER BY s.number LIMIT 1
    ), (
      SELECT t.id FROM divisions_division t JOIN communities_community o ON o.division_id = t.id
      WHERE t.parent_id = x.division_id AND t.level = 5 AND o.area_type <> '' AND {_STANDING}
      ORDER BY t.path LIMIT 1)) AS home
    FROM communities_adjustment x WHERE x.state = 'applied' AND x.effective_on <= '{ON}' AND x.listed > 0
      AND x.path >= '610104' AND x.path < '610105') y
  GROUP BY home) j ON j.home = d.id
{entries.joins()}
{entries.inherited()}
WHERE d.level = 5 AND d.path >= '{{low}}' AND d.path < '{{high}}'
  AND (d.opened_on IS NULL OR d.opened_on <= '{ON}') AND (d.closed_on IS NULL OR d.closed_on > '{ON}')
"""

_GROWN = """WHEN {fund} IS NULL OR {fund}_before IS NULL THEN 'D' ELSE 'I'"""
_TOWN = "WHEN area NOT IN ('urban', 'town') THEN 'A'"
_RURAL = "WHEN area <> 'rural' THEN 'A'"

PROVINCE_RULES = {
    "SX-PTY-03": "WHEN both_posts IS NULL THEN 'D' WHEN both_posts > 0 THEN 'M' ELSE 'N'",
    "SX-GRID-01": "WHEN grids IS NULL THEN 'D' WHEN grids > 0 THEN 'M' ELSE 'N'",
    "SX-GRID-05": f"{_TOWN} WHEN largest_grid IS NULL OR households IS NULL THEN 'D' "
    "WHEN households = 0 THEN 'A' WHEN largest_grid <= 300 THEN 'M' ELSE 'W'",
    "SX-GRID-06": f"{_RURAL} WHEN naming IS NULL OR naming = 0 OR villager_groups IS NULL THEN 'D' "
    "WHEN villager_groups = 0 THEN 'A' WHEN single_groups = villager_groups AND single = villager_groups "
    "AND by_group = villager_groups THEN 'M' ELSE 'N'",
    "SX-GRID-08": "WHEN households > 0 AND grid_households > households THEN 'E' "
    "WHEN grid_households IS NULL OR households IS NULL THEN 'D' WHEN households = 0 THEN 'A' "
    "WHEN grid_households >= households THEN 'M' ELSE 'N'",
    "SX-GRID-10": "WHEN party_known <> grids THEN 'D' WHEN COALESCE(grids, 0) = 0 THEN 'A' "
    "WHEN with_party >= grids THEN 'M' ELSE 'N'",
    "SX-GRID-11": "WHEN COALESCE(grids, 0) = 0 THEN 'A' WHEN mapped >= grids THEN 'M' ELSE 'N'",
    "SX-FAC-01": f"{_TOWN} WHEN stations IS NULL THEN 'D' ELSE 'I'",
    "SX-FAC-02": f"{_RURAL} WHEN centres IS NULL THEN 'D' ELSE 'I'",
    "SX-VOL-02": "WHEN volunteers IS NULL OR residents IS NULL THEN 'D' WHEN residents = 0 THEN 'A' "
    "WHEN volunteers * 100 >= 13 * residents THEN 'M' ELSE 'N'",
    "SX-PROP-03": "WHEN env_committee IS NULL THEN 'D' WHEN env_committee THEN 'M' ELSE 'N'",
    "SX-SUP-01": "WHEN supervision IS NULL THEN 'D' WHEN supervision > 0 THEN 'M' ELSE 'N'",
    "SX-CAD-02": "WHEN crossed IS NULL THEN 'D' WHEN crossed > 0 THEN 'M' ELSE 'N'",
    "SX-FUND-01": _GROWN.format(fund="fund"),
    "SX-FUND-05": _GROWN.format(fund="digital"),
    "SX-ASM-04": "WHEN raised IS NULL THEN 'D' ELSE 'I'",
    **entries.PROVINCE_RULES,
}
COUNTY_RULES = {
    "LH-BND-06": "WHEN sides = 0 THEN 'D' WHEN sides = 4 THEN 'M' ELSE 'N'",
    "LH-SIZE-01": "WHEN households IS NULL THEN 'D' WHEN households BETWEEN 1000 AND 5000 THEN 'M' ELSE 'N'",
    "LH-SIZE-02": "WHEN residents IS NULL THEN 'D' WHEN residents BETWEEN 5000 AND 15000 THEN 'M' ELSE 'N'",
    "LH-SIZE-03": "WHEN households IS NULL THEN 'D' ELSE 'I'",
    "LH-ADJ-02": "ELSE 'I'",
    "LH-TRN-02": "WHEN lh_trainings IS NULL THEN 'D' ELSE 'I'",
    "LH-TRN-03": "WHEN lh_leader_trainings IS NULL THEN 'D' ELSE 'I'",
    "LH-ADJ-01": "WHEN households IS NULL OR residents IS NULL THEN 'D' "
    "WHEN households BETWEEN 1000 AND 5000 AND residents BETWEEN 5000 AND 15000 THEN 'M' ELSE 'W'",
    "LH-ASM-04": "WHEN vetoes IS NULL THEN 'D' ELSE 'I'",
    "LH-FAC-01": "WHEN building IS NULL OR households IS NULL THEN 'D' WHEN households = 0 THEN 'A' "
    "WHEN building >= 30 * households THEN 'M' ELSE 'N'",
    "LH-FAC-02": "WHEN outdoor IS NULL THEN 'D' WHEN outdoor >= 100000 THEN 'M' ELSE 'N'",
    "LH-FAC-03": "WHEN households > 2000 OR NOT is_new_build "
    "OR (is_new_build IS NULL AND founded_on < '2024-02-29') THEN 'A' "
    "WHEN households IS NULL OR (is_new_build IS NULL AND founded_on IS NULL) OR building IS NULL THEN 'D' "
    "WHEN building >= 60000 THEN 'M' ELSE 'N'",
    "LH-FAC-05": "WHEN activity > building THEN 'E' "
    "WHEN building IS NULL OR activity_known <> rooms THEN 'D' "
    "WHEN building = 0 THEN 'A' WHEN activity * 100 >= 60 * building THEN 'M' ELSE 'N'",
    "LH-CAD-01": "WHEN party IS NULL OR party_org IS NULL THEN 'D' "
    "WHEN party = CASE party_org WHEN 'branch' THEN 3 ELSE 5 END THEN 'M' "
    "WHEN party BETWEEN 3 AND 5 THEN 'W' ELSE 'N'",
    "LH-CAD-02": "WHEN committee IS NULL THEN 'D' WHEN committee BETWEEN 5 AND 9 THEN 'M' ELSE 'N'",
    "LH-CAD-03": "WHEN committee IS NULL OR households IS NULL THEN 'D' WHEN households = 0 THEN 'A' "
    "WHEN committee = CASE WHEN households < 2000 THEN 5 WHEN households <= 4000 THEN 7 ELSE 9 END THEN 'M' "
    "WHEN committee BETWEEN 5 AND 9 THEN 'W' ELSE 'N'",
    "LH-CAD-04": "WHEN party IS NULL THEN 'D' WHEN party = 0 THEN 'A' "
    "WHEN crossed * 100 >= 60 * party THEN 'M' ELSE 'N'",
    "LH-CAD-05": "WHEN seats IS NULL THEN 'D' WHEN seats = 0 THEN 'A' "
    "WHEN fulltime * 100 >= 40 * seats THEN 'M' ELSE 'N'",
    "LH-CAD-06": "WHEN seats IS NULL THEN 'D' WHEN seats <= 11 THEN 'M' ELSE 'N'",
    "LH-CAD-09": "WHEN workers IS NULL OR urban_residents IS NULL THEN 'D' "
    "WHEN urban_residents = 0 THEN 'A' ELSE 'I'",
    "LH-SOC-02": "WHEN organisations IS NULL THEN 'D' WHEN organisations >= 10 THEN 'M' ELSE 'N'",
    "LH-PROP-01": "WHEN compounds IS NULL OR compounds_known <> compounds THEN 'D' "
    "WHEN compounds = 0 THEN 'A' WHEN managed >= compounds THEN 'M' ELSE 'N'",
    "LH-PROP-06": "WHEN env_committee IS NULL THEN 'D' WHEN env_committee THEN 'M' ELSE 'N'",
    "LH-FAC-11": "WHEN rooms IS NULL THEN 'D' ELSE 'I'",
    "LH-SVC-01": "WHEN embedded IS NULL THEN 'D' ELSE 'I'",
    **entries.COUNTY_RULES,
}
OF_DIVISIONS = frozenset({"SX-FUND-01", "SX-FUND-05", "SX-ASM-04", "LH-ASM-04"})
"""They speak of a county or a street: the area type of a community plays no part."""
FROM_APPROVAL = frozenset(
    {"SX-PTY-03", "SX-PTY-04", "SX-CAD-02", "LH-CAD-09", *(f"LH-CAD-0{number}" for number in range(1, 7))}
)
"""They hold for a community from its approval; the others wait until it stands on the ledger."""
CODES = (*PROVINCE_RULES, *COUNTY_RULES)


def column(code: str) -> str:
    return code.lower().replace("-", "_")


def _first(code: str) -> str:
    """The cases before those of the rule itself."""
    if code in OF_DIVISIONS:
        return ""
    founding = "" if code in FROM_APPROVAL else "WHEN founding = 1 THEN 'A' "
    return f"{founding}WHEN area IS NULL THEN 'D'"


def _select(path: str) -> str:
    letters = [f"CASE {_first(code)} {cases} END AS {column(code)}" for code, cases in PROVINCE_RULES.items()]
    letters += [
        f"CASE WHEN NOT (path >= '610104' AND path < '610105') THEN '-' {_first(code)} "
        f"{cases} END AS {column(code)}"
        for code, cases in COUNTY_RULES.items()
    ]
    values = _VALUES.replace("{low}", path).replace("{high}", next_path(path))
    return f"SELECT v.*, {', '.join(letters)} FROM ({values}) v"


def make_table(path: str) -> None:
    """The wide table, empty, with the columns of the statement."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
        cursor.execute(f"CREATE TABLE {TABLE} AS {_select(path)} LIMIT 0")
        cursor.execute(f"CREATE INDEX {TABLE}_path ON {TABLE} (path)")


def insert(path: str) -> None:
    """The statement itself."""
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {TABLE} {_select(path)}")


def letters() -> dict[int, dict[str, str]]:
    """Outcome letters by division and standard, for comparison with ours."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT division_id, {', '.join(map(column, CODES))} FROM {TABLE}")
        return {row[0]: dict(zip(CODES, row[1:], strict=True)) for row in cursor.fetchall()}
