variable "name" {
  description = "Name of the cluster."
  type        = string
}

variable "kubernetes_version" {
  description = "Minor version of Kubernetes, 1.30 or newer."
  type        = string
}

variable "subnet_ids" {
  description = "Subnets of nodes and pods, one for each zone."
  type        = list(string)
}

variable "load_balancer_group_id" {
  description = "Security group of the load balancer, which reaches the gateway."
  type        = string
}

variable "gateway_port" {
  description = "Port of the pods of the gateway."
  type        = number
}

variable "api_cidrs" {
  description = "Addresses from which the API of the cluster can be reached from the internet; none makes it private."
  type        = list(string)

  validation {
    condition     = !contains(var.api_cidrs, "0.0.0.0/0")
    error_message = "Name the addresses that administer the cluster: 0.0.0.0/0 is everyone."
  }
}

variable "administrator_arns" {
  description = "Roles of IAM that administer the cluster."
  type        = set(string)
}

variable "node_pools" {
  description = "Pools of nodes by name. The autoscaler keeps each between min and max nodes; a pool with a max of 0 is not made."
  type = map(object({
    instance_types = list(string)
    min            = number
    max            = number
    disk_gib       = optional(number, 50)
    spot           = optional(bool, false)
    gpu            = optional(bool, false)
  }))
}

variable "log_retention_days" {
  description = "Days for which the logs of the control plane are kept."
  type        = number
}

variable "deletion_protection" {
  description = "Whether the cluster cannot be deleted."
  type        = bool
}
