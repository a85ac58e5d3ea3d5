output "values" {
  description = "Values of the Helm chart, in YAML. They contain no secret."
  value       = yamlencode(local.values)
}

output "objects" {
  description = "Objects of Kubernetes that have to exist before the release, in YAML. They refer to secrets and contain none."
  value       = join("---\n", [for each in concat([local.storage_class, local.store], local.secrets) : yamlencode(each)])
}
