"""What holds of the receipt of any import, and entries to import."""

from __future__ import annotations

from collections import Counter
from typing import Any

FATES = {"new", "matched", "updated", "failed"}
OSTROM = """@article{ostrom1996, author={Ostrom, Elinor}, title={Crossing the Great Divide},
  journal={World Development}, year={1996}, doi={10.1016/0305-750X(96)00023-X}}
"""
SMITH = """@article{smith2001, author={Smith, John}, title={The commons and the care of them},
  journal={Commons}, year={2001}, volume=3, pages={11--20}, note={Ours}}
"""


def check(receipt: dict[str, Any]) -> None:
    """What holds of every receipt."""
    assert set(receipt["fates"]) == FATES
    assert sum(receipt["fates"].values()) == receipt["entries"] == len(receipt["items"])
    assert Counter(item["fate"] for item in receipt["items"]) == +Counter(receipt["fates"])
    assert [item["position"] for item in receipt["items"]] == list(range(1, receipt["entries"] + 1))
    for item in receipt["items"]:
        assert item["line"] >= 1
        assert ("work" in item) == (item["fate"] != "failed")
        assert ("error" in item) == (item["fate"] == "failed")
        assert all({"field", "raw", "why"} == set(loss) for loss in item["losses"])
