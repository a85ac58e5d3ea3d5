output "address" {
  description = "Host and port."
  value       = "${aws_db_instance.this.address}:${aws_db_instance.this.port}"
}

output "master_secret_arn" {
  description = "Secret of Secrets Manager with the password of postgres, which RDS makes and rotates."
  value       = aws_db_instance.this.master_user_secret[0].secret_arn
}
