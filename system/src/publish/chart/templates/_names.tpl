{{/* The image of a process. */}}
{{- define "stoa.image" -}}
{{- $service := index .root.Values.services .name }}
{{- .root.Values.image.registry }}/{{ .name }}:{{ $service.tag | default .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- end }}

{{/* How many processes there are: as many as the autoscaler has chosen, if it has. */}}
{{- define "stoa.replicas" -}}
{{- $service := index .root.Values.services .name }}
{{- $replicas := int $service.min }}
{{- if ne .root.Values.autoscaling "none" }}
{{- with lookup "apps/v1" "Deployment" .root.Release.Namespace .name }}
{{- $replicas = min (max (int .spec.replicas) (int $service.min)) (int $service.max) }}
{{- end }}
{{- end }}
{{- $replicas }}
{{- end }}

{{/* Changes with every value that a process reads from ConfigMaps. */}}
{{- define "stoa.checksum" -}}
{{- $service := index .root.Values.services .name }}
{{- list .root.Values.settings .root.Values.furtherSettings ($service.settings | default dict) | toJson | sha256sum }}
{{- end }}

{{/* The labels of an object. */}}
{{- define "stoa.labels" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/part-of: {{ .root.Chart.Name }}
{{- end }}
