variable "name" {
  description = "Name of the instance."
  type        = string
}

variable "vpc_id" {
  description = "Network of the instance."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets, in at least two zones."
  type        = list(string)
}

variable "client_group_id" {
  description = "Security group whose members can connect."
  type        = string
}

variable "engine_version" {
  description = "Version of PostgreSQL; with only a major version, minor upgrades are no difference."
  type        = string

  validation {
    condition     = tonumber(split(".", var.engine_version)[0]) >= 15
    error_message = "The services need PostgreSQL 15 or newer."
  }
}

variable "instance_class" {
  description = "Class of the instance."
  type        = string
}

variable "storage_gib" {
  description = "Storage at first."
  type        = number
}

variable "max_storage_gib" {
  description = "Storage up to which the instance grows by itself."
  type        = number
}

variable "max_connections" {
  description = "Connections that PostgreSQL accepts."
  type        = number
}

variable "logical_replication" {
  description = "Whether changes can be read by logical replication, for pipelines of your own; etl reads events and needs none."
  type        = bool
}

variable "multi_az" {
  description = "Whether a standby in another zone takes over."
  type        = bool
}

variable "backup_days" {
  description = "Days over which the instance can be restored to any point in time."
  type        = number

  validation {
    condition     = var.backup_days >= 1 && var.backup_days <= 35
    error_message = "RDS keeps backups for 1 to 35 days; 0 would be no backup."
  }
}

variable "deletion_protection" {
  description = "Whether the instance cannot be deleted."
  type        = bool
}
