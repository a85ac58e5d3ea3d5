output "bucket" {
  description = "Name of the bucket, for state.s3.tfbackend."
  value       = module.bucket.name
}
