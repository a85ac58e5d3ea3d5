output "brokers" {
  description = "Addresses of the brokers for SASL/SCRAM over TLS, separated by commas."
  value       = aws_msk_cluster.this.bootstrap_brokers_sasl_scram
}

output "user_secret_name" {
  description = "Name of the secret with username and password in Secrets Manager."
  value       = aws_secretsmanager_secret.user.name
}

output "user_secret_arn" {
  description = "Secret of Secrets Manager with username and password."
  value       = aws_secretsmanager_secret.user.arn
}

output "key_arn" {
  description = "Key that encrypts the secret."
  value       = aws_kms_key.this.arn
}
