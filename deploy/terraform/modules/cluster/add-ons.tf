# The versions are those that EKS recommends for the version of the cluster.
data "aws_eks_addon_version" "recommended" {
  for_each           = local.add_ons
  addon_name         = each.key
  kubernetes_version = aws_eks_cluster.this.version
}

locals {
  add_ons = {
    # Without this option NetworkPolicies have no effect.
    vpc-cni                = jsonencode({ enableNetworkPolicy = "true" })
    kube-proxy             = null
    eks-pod-identity-agent = null
    coredns                = null
    # For the HorizontalPodAutoscalers of the chart.
    metrics-server = null
  }
  # Pods need these before a node is ready; the others need nodes.
  before_nodes = ["vpc-cni", "kube-proxy", "eks-pod-identity-agent"]
}

resource "aws_eks_addon" "before_nodes" {
  for_each                    = { for name, values in local.add_ons : name => values if contains(local.before_nodes, name) }
  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = each.key
  addon_version               = data.aws_eks_addon_version.recommended[each.key].version
  configuration_values        = each.value
  resolve_conflicts_on_update = "OVERWRITE"
}

resource "aws_eks_addon" "on_nodes" {
  for_each                    = { for name, values in local.add_ons : name => values if !contains(local.before_nodes, name) }
  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = each.key
  addon_version               = data.aws_eks_addon_version.recommended[each.key].version
  configuration_values        = each.value
  resolve_conflicts_on_update = "OVERWRITE"
  depends_on                  = [aws_eks_node_group.this]
}
