variable "name" {
  description = "Beginning of all names."
  type        = string
}

variable "cluster_name" {
  description = "Cluster in which External Secrets runs."
  type        = string
}

variable "pod_trust_policy" {
  description = "Policy with which pods take a role."
  type        = string
}

variable "secrets" {
  description = "Names of the Secrets of Kubernetes, each of which has a secret of the same name."
  type        = set(string)
}

variable "further_secrets" {
  description = "Secrets of other modules that External Secrets reads too, each with the key that encrypts it."
  type        = map(object({ arn = string, key_arn = string }))
}
