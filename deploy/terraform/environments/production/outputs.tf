output "helm_values" {
  description = "Values of the Helm chart, in YAML."
  value       = module.system.helm_values
}

output "objects" {
  description = "Objects of Kubernetes that have to exist before the release, in YAML."
  value       = module.system.objects
}

output "database" {
  description = "Host and port of PostgreSQL, for `stoa secrets make --database`."
  value       = module.system.database
}

output "database_master_secret_arn" {
  description = "Secret of Secrets Manager with the password of the user postgres."
  value       = module.system.database_master_secret_arn
}

output "bucket" {
  description = "Bucket of uploaded files."
  value       = module.system.bucket
}

output "image_registry" {
  description = "What stands before /<process> in the name of an image."
  value       = module.system.image_registry
}

output "cluster_name" {
  description = "Name of the cluster, for `aws eks update-kubeconfig`."
  value       = module.system.cluster_name
}

output "role_arns" {
  description = "Roles, by the service account that has each, as namespace/name."
  value       = module.system.role_arns
}
