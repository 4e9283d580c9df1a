"""Communities made for a boundary have exactly the outcomes intended."""

import pytest

from demo.cases import MISSING
from demo.dates import LATER

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

MET, MISSED, WARNS = "met", "not_met", "warning"
WITHOUT, NOT_APPLICABLE, FAULTY = "no_data", "not_applicable", "data_error"

EXPECTED = {
    "610104001001": {"LH-SIZE-01": MET, "LH-SIZE-02": MET, "LH-FAC-02": MET, "SX-PTY-03": MET},
    "610104001002": {"SX-VOL-02": MET},
    "610104001004": {"SX-PTY-03": MISSED},
    "610104001005": {"LH-CAD-03": MET, "LH-FAC-01": MET, "LH-SOC-02": MET, "LH-CAD-04": MET},
    "610104001006": {"LH-CAD-03": MET, "LH-SOC-02": MISSED},
    "610104001007": {"LH-SIZE-01": MET, "LH-SIZE-02": MET, "LH-FAC-01": MET, "LH-FAC-05": MET},
    "610104001008": {"SX-PTY-03": MISSED},
    "610104001009": {"LH-SIZE-01": MISSED, "LH-SIZE-02": MISSED},
    "610104001011": {"SX-GRID-05": WARNS},
    "610104001012": {"LH-FAC-01": WITHOUT, "LH-FAC-02": WITHOUT, "LH-FAC-05": WITHOUT},
    "610104001013": {"SX-GRID-08": FAULTY},
    "610104002001": {"SX-VOL-02": MISSED},
    "610104002003": {"LH-FAC-01": MISSED},
    "610104002004": {"LH-FAC-02": MET},
    "610104002008": {"LH-FAC-02": MISSED},
    "610104002010": {"LH-FAC-05": FAULTY},
    "610104002013": {"LH-CAD-06": MET, "LH-CAD-04": MET},
    "610104002014": {"LH-CAD-06": MISSED, "LH-CAD-04": MISSED},
    "610104002020": {"LH-CAD-05": MET, "LH-CAD-06": MET},
    "610104003001": {"LH-FAC-01": MET},
    "610104003003": {"LH-FAC-05": MISSED},
    "610104003004": {"LH-CAD-02": MISSED, "LH-CAD-03": MISSED},
    "610104003005": {"LH-SOC-02": MET},
    "610104003007": {"LH-CAD-01": WARNS},
    "610104003008": {"LH-CAD-02": MET, "LH-CAD-03": WARNS},
    "610104003009": {"LH-FAC-01": MISSED},
    "610104003011": {"LH-SIZE-01": MISSED, "LH-SIZE-02": MET},
    "610104004022": {"LH-FAC-01": MET, "LH-FAC-03": MET},
    "610104004023": {"LH-FAC-01": MET, "LH-FAC-03": NOT_APPLICABLE},
    "610104004024": {"LH-FAC-01": MET, "LH-FAC-03": MISSED},
    "610104004025": {"LH-FAC-01": MET, "LH-FAC-03": NOT_APPLICABLE},
    "610104004026": {"LH-FAC-01": MET, "LH-FAC-03": MET},
    "610104005009": {"SX-PTY-03": MISSED},
    "610104005010": {"LH-SIZE-01": MET, "LH-SIZE-02": WITHOUT, "SX-VOL-02": WITHOUT},
    "610104006016": {"LH-CAD-02": WITHOUT, "SX-PTY-03": WITHOUT, "SX-SUP-01": WITHOUT},
    "610104006018": {"SX-PTY-03": MET},
    "610104007018": {"SX-GRID-01": WITHOUT, "SX-GRID-05": WITHOUT},
    "610104008009": {"SX-PTY-03": MISSED},
    "610104008021": {"LH-FAC-02": WITHOUT, "LH-FAC-05": WITHOUT},
    "610104009020": {"SX-VOL-02": WITHOUT, "LH-PROP-01": WITHOUT},
}
CHANGED_LATER = {
    "610104001004": {"SX-PTY-03": MET},
    "610104001006": {"LH-SOC-02": MET},
    "610104003005": {"LH-SOC-02": MISSED},
    "610104003009": {"LH-FAC-01": MET},
    "610104006018": {"SX-PTY-03": MISSED},
    "610104007010": {"LH-FAC-01": MET},
    "610104008004": {"LH-FAC-01": MET},
    "610104009012": {"SX-PTY-03": MET},
}
UNFILLED = [code for code, case in MISSING.items() if case.unfilled]


@pytest.mark.parametrize("code", EXPECTED)
def test_outcomes_at_the_first_cut_off(demo, code):
    outcomes = demo.outcomes(code)
    assert {measure: outcomes[measure] for measure in EXPECTED[code]} == EXPECTED[code]


@pytest.mark.parametrize("code", CHANGED_LATER)
def test_outcomes_later(demo, code):
    outcomes = demo.outcomes(code, LATER)
    assert {measure: outcomes[measure] for measure in CHANGED_LATER[code]} == CHANGED_LATER[code]


@pytest.mark.parametrize("code", UNFILLED)
def test_unfilled_communities_have_no_data_at_all(demo, code):
    assert set(demo.outcomes(code).values()) == {WITHOUT}
