"""Makes the schemas that kubeconform checks with, one file for each kind: KIND_GROUP_VERSION.json.

    schemas.py TARGET kubernetes_validate.whl kubernetes-1.34.0 crd.yaml …

kubeconform would fetch them from the web. Here they are of packages: those of Kubernetes are in kubernetes-validate, those of
custom resources in the Go modules of their makers. Properties that a schema does not know are not allowed.
"""

import json
import pathlib
import sys
import zipfile

import yaml

DEFINITION = "#/$defs/"


def references(node):
    """The names of the definitions that a schema refers to, with each reference made one to its own file."""
    if isinstance(node, list):
        return set().union(*map(references, node), ())
    if not isinstance(node, dict):
        return set()
    found = set().union(*map(references, node.values()), ())
    # Names of their own would be what references are relative to.
    if isinstance(node.get("$id"), str):
        del node["$id"]
    target = node.get("$ref", "")
    if isinstance(target, str) and DEFINITION in target:
        name = target.partition(DEFINITION)[2]
        node["$ref"] = DEFINITION + name
        found.add(name)
    return found


def kubernetes(wheel, version):
    """The kinds of Kubernetes, each with all that it refers to."""
    with zipfile.ZipFile(wheel) as archive:
        folder = f"kubernetes_validate/kubernetes-json-schema/v{version}-local-strict/"
        definitions = json.loads(archive.read(folder + "_definitions.json"))["$defs"]
        uses = {name: references(schema) for name, schema in definitions.items()}
        for name, schema in definitions.items():
            for kind in schema.get("x-kubernetes-group-version-kind", []):
                kept, open_ends = {}, set(uses[name])
                while open_ends:
                    used = open_ends.pop()
                    if used not in kept:
                        kept[used] = definitions[used]
                        open_ends |= uses[used]
                whole = {**schema, "$defs": kept}
                yield kind["kind"], kind["group"], kind["version"], whole


def strict(node):
    """A schema of a custom resource that allows no property that it does not know."""
    if isinstance(node, list):
        return [strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {key: strict(value) for key, value in node.items()}
    known = isinstance(node.get("properties"), dict) and "type" in node
    if known and not node.get("x-kubernetes-preserve-unknown-fields"):
        node.setdefault("additionalProperties", False)
    if node.pop("x-kubernetes-int-or-string", False):
        node["oneOf"] = [{"type": "string"}, {"type": "integer"}]
        node.pop("anyOf", None)
    return node


def custom(path):
    """The kinds of a CustomResourceDefinition."""
    for definition in yaml.safe_load_all(pathlib.Path(path).read_text()):
        if definition and definition["kind"] == "CustomResourceDefinition":
            spec = definition["spec"]
            for version in spec["versions"]:
                schema = strict(version["schema"]["openAPIV3Schema"])
                schema["properties"]["metadata"] = {"type": "object"}
                yield spec["names"]["kind"], spec["group"], version["name"], schema


def main(target, wheel, version, *definitions):
    folder = pathlib.Path(target)
    folder.mkdir(parents=True, exist_ok=True)
    kinds = list(kubernetes(wheel, version.removeprefix("kubernetes-")))
    for path in definitions:
        kinds += custom(path)
    for kind, group, version, schema in kinds:
        # The core group has no name; kubeconform then takes the version for one.
        name = f"{kind}_{group or version}_{version}.json".lower()
        (folder / name).write_text(json.dumps(schema))
    print(f"{len(kinds)} kinds in {folder}")


main(*sys.argv[1:])
