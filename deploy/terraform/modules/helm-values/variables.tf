variable "system" {
  description = "Name of the system."
  type        = string
}

variable "namespace" {
  description = "Namespace of the release."
  type        = string
}

variable "services" {
  description = "Processes of the system, as services.json describes them."
  type        = map(object({ kafka = bool }))
}

variable "region" {
  description = "Region of AWS."
  type        = string
}

variable "host" {
  description = "Name of the system as browsers see it."
  type        = string
}

variable "certificate_arn" {
  description = "Certificate of the host in ACM."
  type        = string
}

variable "image_registry" {
  description = "What stands before /<process> in the name of an image."
  type        = string
}

variable "bucket" {
  description = "Bucket of uploaded files."
  type        = string
}

variable "kafka" {
  description = "Brokers, user, and the secret with the password; null if the database of the log keeps the events."
  type        = object({ brokers = string, username = string, secret = string })
}

variable "pod_cidr" {
  description = "Addresses of the pods."
  type        = string
}

variable "load_balancer_cidrs" {
  description = "Addresses of the load balancer."
  type        = list(string)
}

variable "load_balancer_group_id" {
  description = "Security group of the load balancer."
  type        = string
}

variable "lake_file_system_id" {
  description = "File system of the lake."
  type        = string
}

variable "secret_names" {
  description = "Names in Secrets Manager, by the name of the Secret of Kubernetes."
  type        = map(string)
}
