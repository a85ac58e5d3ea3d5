variable "name" {
  description = "Beginning of all names."
  type        = string
}

variable "region" {
  description = "Region of AWS."
  type        = string
}

variable "cidr" {
  description = "Addresses of the network: a /16, whose lower part pods and nodes get."
  type        = string

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && endswith(var.cidr, "/16")
    error_message = "The network has to be a /16, such as 10.20.0.0/16."
  }
}

variable "zone_count" {
  description = "Number of availability zones."
  type        = number

  validation {
    condition     = var.zone_count >= 2 && var.zone_count <= 6
    error_message = "Databases and Kafka need at least 2 zones, and at most 6 have addresses."
  }
}

variable "single_nat_gateway" {
  description = "Whether all zones share a NAT gateway; if its zone is lost, no zone reaches the internet."
  type        = bool
}

variable "gateway_port" {
  description = "Port of the pods of the gateway."
  type        = number
}
