"""What the browser tests inject is what the lock file names, unchanged."""

import hashlib
import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "tests" / "browser" / "vendor"


def test_injected_scripts_are_those_of_the_lock_file() -> None:
    manifest = json.loads((FOLDER / "MANIFEST.json").read_text(encoding="utf-8"))
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert {path.name for path in FOLDER.iterdir()} == {*manifest, "MANIFEST.json"}
    for name, entry in manifest.items():
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == entry["sha256"]
        assert lock[f"node_modules/{entry['package']}"]["version"] == entry["version"]
