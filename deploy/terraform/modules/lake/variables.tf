variable "name" {
  description = "Beginning of all names."
  type        = string
}

variable "vpc_id" {
  description = "Network of the folder."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets, one for each zone."
  type        = list(string)
}

variable "client_group_id" {
  description = "Security group of the nodes."
  type        = string
}

variable "cluster_name" {
  description = "Cluster that mounts the folder; its nodes run when the driver is installed."
  type        = string
}

variable "kubernetes_version" {
  description = "Minor version of Kubernetes."
  type        = string
}

variable "pod_trust_policy" {
  description = "Policy with which pods take a role."
  type        = string
}
