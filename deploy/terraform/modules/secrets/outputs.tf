output "names" {
  description = "Names in Secrets Manager, by the name of the Secret of Kubernetes."
  value       = { for name, secret in aws_secretsmanager_secret.this : name => secret.name }
}

output "reader_role_arn" {
  description = "Role of the service account external-secrets."
  value       = aws_iam_role.reader.arn
}
