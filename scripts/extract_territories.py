"""Write atelier/data/territoires.json.gz from the official list of communes, EPCI and départements.

Run by hand, once a year, when the Code officiel géographique changes:

    npm pack @etalab/decoupage-administratif@6.0.0 && tar xzf etalab-decoupage-administratif-6.0.0.tgz
    python scripts/extract_territories.py package

The same package gives the same file, byte for byte. The numbers are checked: a new year means new EXPECTED counts.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

Row = dict[str, Any]

TARGET = Path(__file__).parent.parent / "atelier" / "data" / "territoires.json.gz"
PACKAGE = "@etalab/decoupage-administratif"
VERSION = "6.0.0"
EXPECTED = {"communes": 34969, "epci": 1255, "departements": 109}
HEADER = {
    "source": f"{PACKAGE} {VERSION} : Code officiel géographique (INSEE), EPCI à fiscalité propre (DGCL)",
    "licence": "Licence Ouverte",
    "version": VERSION,
    "cog": 2026,
    "counts": EXPECTED,
}


def main() -> None:
    """Read the folder of the npm package (argument 1), write the compact file, print the counts."""
    if len(sys.argv) != 2:  # noqa: PLR2004 - the program and its one argument
        sys.exit("usage: python scripts/extract_territories.py FOLDER (the unpacked npm package, which holds data/)")
    data = _data_folder(Path(sys.argv[1]))
    communes = [row for row in _read(data / "communes.json") if row["type"] == "commune-actuelle"]
    epci, departements = _read(data / "epci.json"), _read(data / "departements.json")
    regions = {row["code"]: row["nom"] for row in _read(data / "regions.json")}
    _check({"communes": len(communes), "epci": len(epci), "departements": len(departements)})
    content = {
        "header": HEADER,
        "departements": [[d["code"], d["nom"], d["region"], regions[d["region"]]] for d in _sorted(departements)],
        "communes": _columns(communes),
        "epci": [[e["code"], e["nom"], e["type"], sorted(m["code"] for m in e["membres"])] for e in _sorted(epci)],
    }
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_bytes(_packed(content))
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes")


def _data_folder(folder: Path) -> Path:
    manifest = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    if (manifest["name"], manifest["version"]) != (PACKAGE, VERSION):
        sys.exit(f"{folder} holds {manifest['name']} {manifest['version']}, not {PACKAGE} {VERSION}")
    return folder / "data"


def _read(path: Path) -> list[Row]:
    rows: list[Row] = json.loads(path.read_text(encoding="utf-8"))
    return rows


def _sorted(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: str(row["code"]))


def _columns(communes: list[Row]) -> dict[str, list[list[Any]]]:
    """Give, by département, the columns code, name, population, SIREN: columns pack better than rows."""
    by_departement: dict[str, list[Row]] = defaultdict(list)
    for row in _sorted(communes):
        by_departement[row["departement"]].append(row)
    return {
        departement: [
            [row["code"] for row in rows],
            [row["nom"] for row in rows],
            [row.get("population") for row in rows],
            [row.get("siren", "") for row in rows],
        ]
        for departement, rows in sorted(by_departement.items())
    }


def _packed(content: Row) -> bytes:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return gzip.compress(text.encode(), compresslevel=9, mtime=0)


def _check(counts: dict[str, int]) -> None:
    print(", ".join(f"{kind}: {count}" for kind, count in counts.items()))
    if counts != EXPECTED:
        sys.exit(f"expected {EXPECTED}")


if __name__ == "__main__":
    main()
