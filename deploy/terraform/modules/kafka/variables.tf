variable "name" {
  description = "Name of the cluster of brokers."
  type        = string
}

variable "vpc_id" {
  description = "Network of the brokers."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets, one for each broker."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 3
    error_message = "Three copies of each event need brokers in three zones: set zone_count to at least 3."
  }
}

variable "client_group_id" {
  description = "Security group whose members can connect."
  type        = string
}

variable "kafka_version" {
  description = "Version of Kafka, as MSK names it."
  type        = string
}

variable "instance_type" {
  description = "Type of each broker."
  type        = string
}

variable "storage_gib" {
  description = "Storage of each broker."
  type        = number
}

variable "username" {
  description = "User with which services sign in."
  type        = string
}

variable "password_version" {
  description = "A higher number makes a new password at the next apply."
  type        = number
}

variable "log_retention_days" {
  description = "Days for which the logs of the brokers are kept."
  type        = number
}
