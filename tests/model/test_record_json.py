"""A record as JSON, and back."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given

from commonplace.model.record import Record
from commonplace.model.record_json import read_record, record_json
from tests.exporters.record_strategies import records


@given(records)
def test_a_record_comes_back_without_its_long_texts(record: Record) -> None:
    text = json.dumps(record_json(record))
    assert read_record(json.loads(text)) == replace(record, abstract=None, note=None, rich={})
