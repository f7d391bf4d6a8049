{{/* Labels of the chart's objects, beside those that config/ gives them. */}}
{{- define "quartermaster.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* What finds the operator's pods. The operator itself knows them by these, so no value changes them. */}}
{{- define "quartermaster.selector" -}}
app.kubernetes.io/name: quartermaster
app.kubernetes.io/component: operator
{{- end }}

{{/* The port of a URL. */}}
{{- define "quartermaster.port" -}}
{{- $url := urlParse . -}}
{{- regexFind ":[0-9]+$" $url.host | trimPrefix ":" | default (ternary "443" "80" (eq $url.scheme "https")) -}}
{{- end }}

{{- define "quartermaster.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end }}

{{/*
The documents of a file with the chart's labels, in the release's namespace. The files are those of config/ and crds/: links here,
so that they stand once.
- file: its path. - root: the chart's scope. - annotations: more of them, or nothing.
- labels: where given, what Prometheus selects by, in the place of `release`.
*/}}
{{- define "quartermaster.documents" -}}
{{- $root := .root -}}
{{- $annotations := .annotations -}}
{{- $labels := .labels | default dict -}}
{{- $replacesRelease := hasKey . "labels" -}}
{{- range $text := regexSplit "(?m)^---$" (.root.Files.Get .file) -1 }}
{{- $object := fromYaml $text }}
{{- if hasKey $object "Error" }}{{ fail (printf "%s: %s" $.file $object.Error) }}{{ end }}
{{- if $object.kind }}
{{- if $replacesRelease }}{{ $_ := unset $object.metadata.labels "release" }}{{ end }}
{{- $_ := set $object.metadata "labels" (merge dict $labels (fromYaml (include "quartermaster.labels" $root)) ($object.metadata.labels | default dict)) }}
{{- with $annotations }}{{ $_ := set $object.metadata "annotations" (merge dict . ($object.metadata.annotations | default dict)) }}{{ end }}
{{- if $object.metadata.namespace }}{{ $_ := set $object.metadata "namespace" $root.Release.Namespace }}{{ end }}
{{- range $object.subjects }}{{ $_ := set . "namespace" $root.Release.Namespace }}{{ end }}
---
{{ toYaml $object }}
{{- end }}
{{- end }}
{{- end }}
