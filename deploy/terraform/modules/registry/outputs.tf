output "address" {
  description = "What stands before /<process> in the name of an image."
  value       = one(distinct([for name, each in aws_ecr_repository.this : trimsuffix(each.repository_url, "/${name}")]))
}
