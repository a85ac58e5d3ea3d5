variable "name" {
  description = "Beginning of the names of all repositories."
  type        = string
}

variable "services" {
  description = "Processes that have an image."
  type        = set(string)
}
