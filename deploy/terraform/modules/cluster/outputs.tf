output "name" {
  description = "Name of the cluster."
  value       = aws_eks_cluster.this.name
}

output "pod_group_id" {
  description = "Security group of nodes and pods."
  value       = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
}

output "autoscaler_role_arn" {
  description = "Role of the service account cluster-autoscaler in kube-system."
  value       = aws_iam_role.autoscaler.arn
}

output "pod_trust_policy" {
  description = "Policy with which pods take a role: the service of EKS Pod Identity."
  value       = data.aws_iam_policy_document.pods.json
}
