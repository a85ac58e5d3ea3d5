variable "region" {
  description = "Region of AWS."
  type        = string
}

variable "account_id" {
  description = "Account of AWS; an apply with the credentials of another one is refused."
  type        = string
}

variable "name" {
  description = "Name of the system in this environment, with which all names begin."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "A name has 3 to 32 small letters, digits and hyphens."
  }
}

variable "host" {
  description = "Name of the system as browsers see it."
  type        = string
}

variable "certificate_arn" {
  description = "Certificate of the host in ACM."
  type        = string
}

variable "network" {
  description = "Addresses (a /16), zones, and whether the zones share a NAT gateway."
  type = object({
    cidr               = string
    zone_count         = optional(number, 3)
    single_nat_gateway = optional(bool, false)
  })
}

variable "cluster" {
  description = "Version, administrators and nodes of Kubernetes. Without api_cidrs its API is only reached from the network."
  type = object({
    kubernetes_version = optional(string, "1.34")
    api_cidrs          = optional(list(string), [])
    administrator_arns = set(string)
    node_pools = map(object({
      instance_types = list(string)
      min            = number
      max            = number
      disk_gib       = optional(number, 50)
      spot           = optional(bool, false)
      gpu            = optional(bool, false)
    }))
  })
}

variable "database" {
  description = "The instance of PostgreSQL, with the databases of all services and of the event log."
  type = object({
    engine_version      = optional(string, "17")
    instance_class      = string
    storage_gib         = optional(number, 50)
    max_storage_gib     = optional(number, 500)
    max_connections     = optional(number, 2000)
    logical_replication = optional(bool, false)
    multi_az            = optional(bool, true)
    backup_days         = optional(number, 14)
  })
}

variable "kafka" {
  description = "The cluster of Kafka that keeps the events; null if the database of the log keeps them."
  type = object({
    version          = optional(string, "4.1.x.kraft")
    instance_type    = string
    storage_gib      = optional(number, 100)
    password_version = optional(number, 1)
  })
}

variable "former_version_days" {
  description = "Days for which a removed or replaced file can be brought back; erased ones too."
  type        = number
  default     = 30
}

variable "log_retention_days" {
  description = "Days for which logs of the control plane and of Kafka are kept."
  type        = number
  default     = 30
}

variable "protected" {
  description = "Whether the databases and the cluster cannot be deleted."
  type        = bool
}
