#!/usr/bin/env bash
# Checks the chart: lint, the manifests of each example against the schemas of Kubernetes and of the custom resources, and
# that what cannot work is refused. helm and kubeconform are built once, into .cache/bin; the schemas come from packages.
set -euo pipefail
cd "$(dirname "$0")/.."
. .config/go.sh

kubernetes=1.34.0
operator=github.com/prometheus-operator/prometheus-operator@v0.92.1
gateway=sigs.k8s.io/gateway-api@v1.4.1
package=kubernetes-validate==1.37.0
chart=deploy/helm/mediaplane
schemas=.cache/schemas
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

go_tool helm helm.sh/helm/v4/cmd/helm@v4.3.1
go_tool kubeconform github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0

# module NAME: the folder with the files of a Go module.
module() {
    go mod download -json "$1" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p'
}

wanted="$kubernetes $operator $gateway $package $(cksum <.config/schemas.py)"
if [ "$wanted" != "$(cat $schemas/installed 2>/dev/null)" ]; then
    echo "Making the schemas of Kubernetes $kubernetes in $schemas …"
    rm -rf $schemas
    pip=.cache/venv/bin/pip
    $pip download --quiet --disable-pip-version-check --no-deps --dest "$work" "$package"
    monitoring=$(module $operator)/example/prometheus-operator-crd/monitoring.coreos.com
    .cache/venv/bin/python .config/schemas.py $schemas "$work"/*.whl kubernetes-$kubernetes \
        "$monitoring"_{servicemonitors,prometheusrules}.yaml \
        "$(module $gateway)/config/crd/standard/gateway.networking.k8s.io_grpcroutes.yaml"
    printf '%s\n' "$wanted" >$schemas/installed
fi

# Without helm's remarks on the links to deploy/grafana.
render() {
    .cache/bin/helm template release $chart "$@" 2> >(grep -v 'symbolic link' >&2)
}

conform() {
    .cache/bin/kubeconform -strict -summary -kubernetes-version $kubernetes \
        -schema-location "$schemas/{{.ResourceKind}}_{{.Group}}_{{.ResourceAPIVersion}}.json" "$@"
}

# refused WHAT COMMAND…: the command must fail, and say this.
refused() {
    local what=$1
    shift
    if "$@" >"$work/said" 2>&1; then
        echo "helm.sh: this should have been refused: $*" >&2
        exit 1
    fi
    grep -q -- "$what" "$work/said" || { cat "$work/said" >&2; exit 1; }
}

for example in default deploy/helm/examples/*.yaml; do
    values=()
    [ "$example" = default ] || values=(--values "$example")
    .cache/bin/helm lint --strict --quiet $chart "${values[@]}" 2> >(grep -v 'symbolic link' >&2)
    render "${values[@]}" >"$work/manifests.yaml"
    echo "$example: $(conform "$work/manifests.yaml")"
done

# The checks themselves can fail: for a kind of Kubernetes, and for one of each maker of custom resources.
all=(--values deploy/helm/examples/embedded.yaml)
for slip in maxSurge:maxSurges endpoints:endpoint backendRefs:backends 'expr:expression'; do
    render "${all[@]}" | sed "s/\b${slip%:*}:/${slip#*:}:/" >"$work/wrong.yaml"
    refused "'${slip#*:}' not allowed" conform "$work/wrong.yaml"
done
refused "embeded" render --set embeded.enabled=true
refused "is for one pod" render --set replicaCount=2,embedded.exposure=LoadBalancer
refused "needs embedded.advertise" render --set embedded.exposure=LoadBalancer
refused "has no \[\[backend\]\]" render --set embedded.enabled=false
