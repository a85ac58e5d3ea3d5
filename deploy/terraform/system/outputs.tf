output "helm_values" {
  description = "Values of the Helm chart, in YAML."
  value       = module.helm_values.values
}

output "objects" {
  description = "Objects of Kubernetes that have to exist before the release, in YAML."
  value       = module.helm_values.objects
}

output "database" {
  description = "Host and port of PostgreSQL, for `stoa secrets make --database`."
  value       = module.database.address
}

output "database_master_secret_arn" {
  description = "Secret of Secrets Manager with the password of the user postgres."
  value       = module.database.master_secret_arn
}

output "bucket" {
  description = "Bucket of uploaded files."
  value       = module.files.name
}

output "image_registry" {
  description = "What stands before /<process> in the name of an image."
  value       = module.registry.address
}

output "cluster_name" {
  description = "Name of the cluster, for `aws eks update-kubeconfig`."
  value       = module.cluster.name
}

output "role_arns" {
  description = "Roles, by the service account that has each, as namespace/name."
  value = merge(
    { for name, role in aws_iam_role.files : "${local.topology.namespace}/${name}" => role.arn },
    {
      "kube-system/cluster-autoscaler"    = module.cluster.autoscaler_role_arn
      "external-secrets/external-secrets" = module.secrets.reader_role_arn
    },
  )
}
