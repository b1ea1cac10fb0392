{{- define "mediaplane.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "mediaplane.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "mediaplane.selector" -}}
app.kubernetes.io/name: {{ include "mediaplane.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "mediaplane.labels" -}}
{{ include "mediaplane.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{- define "mediaplane.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "mediaplane.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "mediaplane.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{/* Whether the pod has the node's network. */}}
{{- define "mediaplane.hostNetwork" -}}
{{- if or .Values.hostNetwork (and .Values.embedded.enabled (eq .Values.embedded.exposure "HostNetwork")) -}}true{{- end -}}
{{- end -}}

{{/* After the deadline sessions are released on their media servers, which takes up to 5 s, and drivers end, up to 5 s more. */}}
{{- define "mediaplane.gracePeriod" -}}
{{- add .Values.drain.preStopSeconds .Values.drain.shutdownDeadlineSeconds 15 -}}
{{- end -}}

{{/* What cannot work is refused here, with what to do instead. */}}
{{- define "mediaplane.check" -}}
{{- $several := or (gt (int .Values.replicaCount) 1) .Values.autoscaling.enabled -}}
{{- if .Values.embedded.enabled -}}
{{- if and $several (eq .Values.embedded.exposure "LoadBalancer") -}}
{{- fail "embedded.exposure=LoadBalancer is for one pod: a balancer would give a client's media to a pod that does not know it. Take HostNetwork, or replicaCount=1 without autoscaling." -}}
{{- end -}}
{{- if and $several .Values.embedded.advertise -}}
{{- fail "embedded.advertise is one address, and there are several pods: media of the others would not arrive. Leave it empty, or take replicaCount=1 without autoscaling." -}}
{{- end -}}
{{- if and (eq .Values.embedded.exposure "LoadBalancer") (not .Values.embedded.advertise) -}}
{{- fail "embedded.exposure=LoadBalancer needs embedded.advertise: the balancer's address, which clients are told." -}}
{{- end -}}
{{- else if not (contains "[[backend]]" .Values.config) -}}
{{- if not (contains "embedded = false" .Values.config) -}}
{{- fail "embedded.enabled is false and config has no [[backend]]: the service would start the embedded one on any port. Add a [[backend]], or for p2p sessions alone `[service]` with `embedded = false`." -}}
{{- end -}}
{{- end -}}
{{- end -}}
