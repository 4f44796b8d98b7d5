"""A JSON document read item by item: the same as whole, however it is cut, and nothing hostile is swallowed."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.formats import json_stream
from models.formats.json_stream import BadJsonError, Mark, NoObjectError, members

_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def whole(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in members(StringIO(text), "features"):
        if value is Mark.LIST:
            found[name] = []
        elif name == "features" and isinstance(found.get(name), list):
            found[name].append(value)
        else:
            found[name] = value
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(st.text(max_size=5), _VALUES, max_size=4), st.lists(_VALUES, max_size=5), st.integers(1, 7),
    st.sampled_from([None, 1]),
)  # fmt: skip
def test_it_is_the_document_however_it_is_cut(
    rest: dict[str, Any], features: list[Any], piece: int, indent: int | None
) -> None:
    document = {**rest, "features": features, "z": -12.5}
    text = json.dumps(document, indent=indent, ensure_ascii=False)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(json_stream, "_CHUNK", piece)
        assert whole(text) == json.loads(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "nul", "{",
        '{"a"', '{"a":', '{"a":1', '{"a":1,}', "{1:2}", '{"a":1} x', '{"features":[1', '{"features":[1,]}',
        '{"features":[1 2]}', '{"features":[NaN]}', '{"a":Infinity}', '{"features":[' + "[" * 200_000,
        '{"features":[' + "[" * 100_000 + "]" * 100_000 + "]}", '{"features":[' + '{"a":' * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_json_is_said(text: str) -> None:
    with pytest.raises(BadJsonError):
        whole(text)


def test_a_list_is_no_object() -> None:
    with pytest.raises(NoObjectError):
        whole("[1]")


def test_one_value_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "MOST_VALUE", 1_000_000)
    with pytest.raises(BadJsonError, match="too long"):
        whole('{"features":["' + "x" * 3_000_000 + '"]}')
