variable "name" {
  description = "Name of the bucket, which no other bucket of AWS has."
  type        = string
}

variable "former_version_days" {
  description = "Days for which a removed or replaced object can be brought back."
  type        = number
}
