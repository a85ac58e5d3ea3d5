variable "system" {
  description = "Name of the system."
  type        = string
}

variable "region" {
  description = "Region of AWS."
  type        = string
}

variable "account_id" {
  description = "Account of AWS."
  type        = string
}
