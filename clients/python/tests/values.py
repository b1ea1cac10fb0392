"""Values of the scenarios: JSON with names in it, and what is expected of replies."""

import json
import re
from collections.abc import Mapping
from typing import Any


def filled(value: Any, names: Mapping[str, str]) -> Any:
    """The value with `${name}` in its strings replaced."""
    if isinstance(value, str):
        return re.sub(r"\$\{(\w+)\}", lambda found: names[found[1]], value)
    if isinstance(value, list):
        return [filled(item, names) for item in value]
    if isinstance(value, dict):
        return {filled(key, names): filled(item, names) for key, item in value.items()}
    return value


def differs(actual: Any, expected: Any, path: str = "reply") -> str | None:
    """What is not as expected, or None: `*` is anything that is not empty."""
    where = f"{path} is {json.dumps(actual)}, not {json.dumps(expected)}"
    if expected == "*":
        return None if actual not in (None, "", [], {}) else where
    if isinstance(expected, dict):
        if not isinstance(actual, dict):
            return where
        found = (differs(actual.get(key), item, f"{path}.{key}") for key, item in expected.items())
    elif isinstance(expected, list):
        if not isinstance(actual, list) or len(actual) != len(expected):
            return where
        found = (differs(one, other, f"{path}[{index}]") for index, (one, other) in enumerate(zip(actual, expected)))
    else:
        # True is no number here, though Python says so.
        return None if actual == expected and isinstance(actual, bool) == isinstance(expected, bool) else where
    return next((one for one in found if one), None)


def picked(value: Any, path: str) -> Any:
    """The value at a dotted path."""
    for key in path.split("."):
        value = value[key]
    return value


def seconds(text: str) -> float:
    """Of `10s` or `500ms`."""
    found = re.fullmatch(r"(\d+)(ms|s)", text)
    assert found, f"not a duration: {text}"
    return int(found[1]) / (1000 if found[2] == "ms" else 1)
