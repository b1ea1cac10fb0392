import assert from "node:assert/strict";

/** The value with `${name}` in its strings replaced. */
export function filled(value, names) {
  if (typeof value === "string") {
    return value.replace(/\$\{(\w+)\}/g, (_, name) => names[name] ?? assert.fail(`nothing was saved as ${name}`));
  }
  if (Array.isArray(value)) return value.map((item) => filled(item, names));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [filled(key, names), filled(item, names)]));
}

/** Fails unless all that is expected is there: "*" is anything that is not empty. */
export function matches(actual, expected, path = "") {
  const where = `${path || "reply"}: ${JSON.stringify(actual)}`;
  if (expected === "*") {
    assert.ok(![undefined, null, ""].includes(actual) && JSON.stringify(actual).length > 2, `${where} is empty`);
  } else if (Array.isArray(expected)) {
    assert.ok(Array.isArray(actual) && actual.length === expected.length, `${where}, not ${JSON.stringify(expected)}`);
    expected.forEach((item, index) => matches(actual[index], item, `${path}[${index}]`));
  } else if (expected !== null && typeof expected === "object") {
    assert.ok(actual !== null && typeof actual === "object", `${where}, not ${JSON.stringify(expected)}`);
    for (const [key, item] of Object.entries(expected)) matches(actual[key], item, path ? `${path}.${key}` : key);
  } else {
    assert.equal(actual, expected, `${where}, not ${JSON.stringify(expected)}`);
  }
}

/** The value at a dotted path. */
export function picked(value, path) {
  const found = path.split(".").reduce((part, key) => part?.[key], value);
  return found ?? assert.fail(`there is no ${path} in ${JSON.stringify(value)}`);
}
