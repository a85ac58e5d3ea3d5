output "file_system_id" {
  description = "Id of the file system, for the storage class."
  value       = aws_efs_file_system.this.id
}
